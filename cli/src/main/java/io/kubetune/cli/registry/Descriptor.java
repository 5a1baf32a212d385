package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a manifest says of one of its contents: type, digest, size.
///
/// ```
/// {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:…","size":1234}
/// ```
///
/// @param sizeBytes of the content as it is stored and moved
/// @param annotations in the order of their names, so that the same map gives the same bytes
public record Descriptor(
    String mediaType, Digest digest, long sizeBytes, Map<String, String> annotations) {
  /// The file name of a content that ORAS pushed.
  public static final String TITLE = "org.opencontainers.image.title";

  public Descriptor {
    annotations = new TreeMap<>(annotations);
  }

  public Descriptor(String mediaType, Digest digest, long sizeBytes) {
    this(mediaType, digest, sizeBytes, Map.of());
  }

  public Optional<String> annotation(String name) {
    return Optional.ofNullable(annotations.get(name));
  }

  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("mediaType", mediaType);
    node.put("digest", digest.toString());
    node.put("size", sizeBytes);
    if (!annotations.isEmpty()) {
      ObjectNode notes = node.putObject("annotations");
      annotations.forEach(notes::put);
    }
    return node;
  }

  /// @param place what the node was read from, for the error
  static Descriptor read(JsonNode node, String place) {
    Optional<Digest> digest = Digest.parse(node.path("digest").asString(""));
    long size = node.path("size").asLong(-1);
    if (digest.isEmpty() || size < 0) {
      throw new TuneException(
          ExitCode.REGISTRY,
          "can't read the image",
          place,
          "a content without a sha256 digest and a size",
          "push the image again with a current tool");
    }
    return new Descriptor(
        node.path("mediaType").asString(""), digest.get(), size, annotationsOf(node));
  }

  static Map<String, String> annotationsOf(JsonNode node) {
    Map<String, String> notes = new TreeMap<>();
    node.path("annotations").forEachEntry((name, value) -> notes.put(name, value.asString("")));
    return notes;
  }
}
