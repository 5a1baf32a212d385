package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An OCI image manifest (or Docker's schema 2, which has the same shape): one config, some layers.
///
/// The bytes are kept as they came, because the digest names them and not their meaning.
///
/// ```
/// ImageManifest.write(config, List.of(layer), Map.of("sh.kaito.model.name", "phi-4")).digest();
/// ```
public record ImageManifest(
    byte[] bytes,
    String mediaType,
    Descriptor config,
    List<Descriptor> layers,
    Map<String, String> annotations) {
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";

  /// No manifest is longer: registries refuse more than this themselves (OCI distribution spec).
  static final int MAX_BYTES = 4 << 20;

  public Digest digest() {
    return Digest.of(bytes);
  }

  /// The bytes of config and layers together, as they are moved.
  public long transferBytes() {
    return config.sizeBytes() + layers.stream().mapToLong(Descriptor::sizeBytes).sum();
  }

  public static ImageManifest write(
      Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("schemaVersion", 2);
    node.put("mediaType", OCI_MANIFEST);
    node.set("config", config.json());
    var list = node.putArray("layers");
    layers.forEach(layer -> list.add(layer.json()));
    if (!annotations.isEmpty()) {
      ObjectNode notes = node.putObject("annotations");
      new TreeMap<>(annotations).forEach(notes::put);
    }
    return new ImageManifest(
        Json.MAPPER.writeValueAsBytes(node),
        OCI_MANIFEST,
        config,
        List.copyOf(layers),
        annotations);
  }

  static ImageManifest read(byte[] bytes, String place) {
    JsonNode node = parse(bytes, place);
    if (!node.path("config").isObject() || !node.path("layers").isArray()) {
      throw unreadable(place, "neither an image manifest nor an index of some");
    }
    List<Descriptor> layers = new ArrayList<>();
    node.path("layers").forEach(layer -> layers.add(Descriptor.read(layer, place)));
    return new ImageManifest(
        bytes,
        node.path("mediaType").asString(OCI_MANIFEST),
        Descriptor.read(node.path("config"), place),
        List.copyOf(layers),
        Descriptor.annotationsOf(node));
  }

  /// The manifest that an index (an image for several platforms) holds for Linux on this kind of
  /// processor, or its first; empty where the bytes are a manifest and no index.
  static Optional<Descriptor> chosenOfIndex(byte[] bytes, String place) {
    JsonNode node = parse(bytes, place);
    if (!node.path("manifests").isArray()) {
      return Optional.empty();
    }
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    JsonNode chosen = null;
    for (JsonNode each : node.path("manifests")) {
      JsonNode platform = each.path("platform");
      boolean ours =
          platform.path("os").asString("").equals("linux")
              && platform.path("architecture").asString("").equals(architecture);
      if (chosen == null || ours) {
        chosen = each;
      }
      if (ours) {
        break;
      }
    }
    if (chosen == null) {
      throw unreadable(place, "an index without any image");
    }
    return Optional.of(Descriptor.read(chosen, place));
  }

  static JsonNode parse(byte[] bytes, String place) {
    try {
      return Json.MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw unreadable(place, "not JSON");
    }
  }

  private static TuneException unreadable(String place, String found) {
    return new TuneException(
        ExitCode.REGISTRY,
        "can't read the image",
        place,
        found,
        "check the address; `skopeo inspect --raw` shows what is there");
  }
}
