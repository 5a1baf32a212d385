package io.kubetune.cli.data;

import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes `manifest.json` as the contract says (`templates/contract/canonical-data.md`).
///
/// ```
/// new Manifest(Shape.TEXT, files, "rows.txt", ColumnMapping.NONE, origins).write(path);
/// ```
///
/// @param source what the user named
/// @param origins where train.jsonl's rows were found
record Manifest(
    Shape shape,
    List<Entry> files,
    String source,
    ColumnMapping mapping,
    List<Origins.Run> origins) {
  private static final int CONTRACT = 1;
  private static final JsonFactory FACTORY = new JsonFactory();

  record Entry(String name, long rows, long bytes, String sha256) {}

  void write(Path path) throws IOException {
    try (OutputStream out = Files.newOutputStream(path);
        JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeNumberProperty("contract", CONTRACT);
      json.writeStringProperty("shape", shape.title());
      json.writeArrayPropertyStart("files");
      for (Entry each : files) {
        json.writeStartObject();
        json.writeStringProperty("name", each.name);
        json.writeNumberProperty("rows", each.rows);
        json.writeNumberProperty("bytes", each.bytes);
        json.writeStringProperty("sha256", each.sha256);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringProperty("source", source);
      json.writeObjectPropertyStart("mapping");
      mapping.theirsByOurs().forEach(json::writeStringProperty);
      json.writeEndObject();
      json.writeArrayPropertyStart("origins");
      for (Origins.Run each : origins) {
        json.writeStartObject();
        json.writeStringProperty("file", each.file());
        json.writeNumberProperty("firstRow", each.firstRow());
        json.writeNumberProperty("line", each.line());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }
}
