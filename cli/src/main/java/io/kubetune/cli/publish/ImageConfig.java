package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.contract.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The config of an image that holds files and runs nothing.
///
/// Architecture and system are required by OCI and mean nothing here; amd64 and linux are what
/// every tool accepts where an image is for one platform alone.
///
/// ```
/// ImageConfig.of(created, List.of(layer.diffId()), Map.of()).descriptor();
/// ```
record ImageConfig(byte[] bytes) {

  static ImageConfig of(Instant created, List<Digest> diffIds, Map<String, String> labels) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("created", created.toString());
    node.put("architecture", "amd64");
    node.put("os", "linux");
    ObjectNode config = node.putObject("config");
    if (!labels.isEmpty()) {
      ObjectNode named = config.putObject("Labels");
      new TreeMap<>(labels).forEach(named::put);
    }
    ObjectNode rootfs = node.putObject("rootfs");
    rootfs.put("type", "layers");
    var list = rootfs.putArray("diff_ids");
    diffIds.forEach(id -> list.add(id.toString()));
    var history = node.putArray("history");
    for (int i = 0; i < diffIds.size(); i++) {
      history.addObject().put("created", created.toString()).put("created_by", "kubectl tune");
    }
    return new ImageConfig(Json.MAPPER.writeValueAsBytes(node));
  }

  Descriptor descriptor() {
    return new Descriptor(ImageManifest.OCI_CONFIG, Digest.of(bytes), bytes.length);
  }
}
