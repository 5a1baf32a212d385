package io.kubetune.images;

import io.kubetune.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Adds an image that Jib wrote as the tar of an OCI layout to a layout on disk, whose other images
/// stay.
///
/// ```
/// OciLayout.add(Path.of("out"), "kubetune-trainer:0.1.0", tar);
/// ```
final class OciLayout {
  private static final String INDEX = "index.json";
  private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

  /// The annotation that names an image of a layout (OCI image spec 1.1).
  private static final String NAME = "org.opencontainers.image.ref.name";

  private OciLayout() {}

  static void add(Path layout, String name, Path ociTar) throws IOException {
    JsonNode index = null;
    try (InputStream in = Files.newInputStream(ociTar);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (entry.getName().equals(INDEX)) {
          index = Json.MAPPER.readTree(tar.readAllBytes());
        } else if (!entry.isDirectory()) {
          Path file = layout.resolve(entry.getName());
          Files.createDirectories(file.getParent());
          Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    if (index == null) {
      throw new IOException(ociTar + " has no " + INDEX);
    }
    ObjectNode manifest = (ObjectNode) index.path("manifests").path(0);
    manifest.putObject("annotations").put(NAME, name);
    write(layout.resolve(INDEX), name, manifest);
  }

  private static void write(Path file, String name, ObjectNode manifest) throws IOException {
    List<JsonNode> others = new ArrayList<>();
    if (Files.exists(file)) {
      for (JsonNode each : Json.MAPPER.readTree(Files.readAllBytes(file)).path("manifests")) {
        if (!each.path("annotations").path(NAME).asString("").equals(name)) {
          others.add(each);
        }
      }
    }
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.put("schemaVersion", 2).put("mediaType", INDEX_TYPE);
    ArrayNode manifests = index.putArray("manifests");
    others.forEach(manifests::add);
    manifests.add(manifest);
    Path aside = file.resolveSibling("." + file.getFileName() + ".new");
    Files.write(aside, Json.MAPPER.writeValueAsBytes(index));
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
