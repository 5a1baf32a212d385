package io.kubetune.contract;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.JsonNode;

/// `manifest.json` beside canonical rows: `templates/contract/canonical-data.md`.
///
/// ```
/// DataManifest manifest = DataManifest.read(Path.of("/mnt/data"));
/// manifest.userPlace(12); // Optional[rows.csv:14]
/// ```
///
/// @param source what the user named
/// @param mapping the user's column by canonical key
/// @param origins where the rows of train.jsonl were found, by rising `firstRow`
public record DataManifest(
    Shape shape,
    List<DataFile> files,
    String source,
    Map<String, String> mapping,
    List<Origin> origins) {
  public static final String FILE_NAME = "manifest.json";
  public static final String TRAIN = "train.jsonl";
  public static final String EVAL = "eval.jsonl";

  private static final int CONTRACT = 1;
  private static final String ATTEMPTED = "reading the data's manifest";

  /// What every row of a folder has.
  public enum Shape {
    MESSAGES("messages"),
    PROMPT_COMPLETION("prompt_completion"),
    TEXT("text");

    private final String spelling;

    Shape(String spelling) {
      this.spelling = spelling;
    }

    public String spelling() {
      return spelling;
    }
  }

  /// @param sha256 in lower-case hex
  public record DataFile(String name, long rows, long bytes, String sha256) {}

  /// A run of rows that stand line below line in one file of the user's.
  ///
  /// @param firstRow of train.jsonl, from 1
  /// @param line where that row stands in `file`, from 1; 0 where it is not known
  public record Origin(String file, long firstRow, long line) {}

  public DataManifest {
    files = List.copyOf(files);
    mapping = new LinkedHashMap<>(mapping);
    origins = List.copyOf(origins);
  }

  /// The file of this name, if the folder has one.
  public Optional<DataFile> file(String name) {
    return files.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// `file:line` of the user's own data for a row of train.jsonl; the file alone where the line is
  /// not known.
  ///
  /// @param row from 1
  public Optional<String> userPlace(long row) {
    return origins.stream()
        .filter(origin -> origin.firstRow() <= row)
        .reduce((before, after) -> after)
        .map(origin ->
            origin.line() == 0
                ? origin.file()
                : origin.file() + ":" + (origin.line() + row - origin.firstRow()));
  }

  /// @param folder that holds the canonical rows
  /// @throws TuneException BAD_DATA where there is no manifest, or one that can't be understood
  public static DataManifest read(Path folder) {
    Path file = folder.resolve(FILE_NAME);
    try {
      return parse(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw bad(file.toString(), "no such file", "make the folder with kubectl tune data", e);
    } catch (CharacterCodingException e) {
      throw bad(file.toString(), "not UTF-8 text", "make the folder again", e);
    } catch (IOException e) {
      throw bad(file.toString(), "can't be read: " + e, "check the path and its permissions", e);
    }
  }

  private static DataManifest parse(String text, String place) {
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      int contract = json.required("contract").intValue();
      if (contract != CONTRACT) {
        throw bad(
            place,
            "contract " + contract + ", while this trainer knows " + CONTRACT,
            "use a kubectl tune and a trainer of the same release",
            null);
      }
      List<DataFile> files = new ArrayList<>();
      for (JsonNode each : json.required("files")) {
        files.add(
            new DataFile(
                each.required("name").stringValue(),
                each.required("rows").longValue(),
                each.required("bytes").longValue(),
                each.required("sha256").stringValue()));
      }
      List<Origin> origins = new ArrayList<>();
      for (JsonNode each : json.required("origins")) {
        origins.add(
            new Origin(
                each.required("file").stringValue(),
                each.required("firstRow").longValue(),
                each.required("line").longValue()));
      }
      Map<String, String> mapping = new LinkedHashMap<>();
      json.required("mapping")
          .properties()
          .forEach(entry -> mapping.put(entry.getKey(), entry.getValue().stringValue()));
      return new DataManifest(
          shape(json.required("shape").stringValue(), place),
          files,
          json.required("source").stringValue(),
          mapping,
          origins);
    } catch (JacksonException e) {
      throw bad(place, "not a manifest: " + e.getOriginalMessage(), "make the folder again", e);
    }
  }

  private static Shape shape(String spelling, String place) {
    for (Shape each : Shape.values()) {
      if (each.spelling.equals(spelling)) {
        return each;
      }
    }
    throw bad(place, "unknown shape '" + spelling + "'", "make the folder again", null);
  }

  private static TuneException bad(String place, String found, String remedy, Throwable cause) {
    return cause == null
        ? new TuneException(ExitCode.BAD_DATA, ATTEMPTED, place, found, remedy)
        : new TuneException(ExitCode.BAD_DATA, ATTEMPTED, place, found, remedy, cause);
  }

  /// The manifest as JSON, ended by a line's end; the same record gives the same bytes.
  public String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeNumberProperty("contract", CONTRACT);
      json.writeStringProperty("shape", shape.spelling);
      json.writeArrayPropertyStart("files");
      for (DataFile each : files) {
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
      mapping.forEach(json::writeStringProperty);
      json.writeEndObject();
      json.writeArrayPropertyStart("origins");
      for (Origin each : origins) {
        json.writeStartObject();
        json.writeStringProperty("file", each.file);
        json.writeNumberProperty("firstRow", each.firstRow);
        json.writeNumberProperty("line", each.line);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text + "\n";
  }
}
