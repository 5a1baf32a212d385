package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// A file of a repository as the hub lists it.
///
/// @param lfs SHA-256 of a large file, which is its ETag too
/// @param blob git's name of a small one, which is its ETag too
record HubFile(String path, OptionalLong sizeBytes, Optional<Digest> lfs, Optional<String> blob) {

  /// An entry of `siblings` in the hub's answer, with `blobs=true`.
  static HubFile of(JsonNode sibling) {
    Optional<Digest> lfs =
        Digest.parse("sha256:" + sibling.path("lfs").path("sha256").asString(""));
    JsonNode size = sibling.path("size");
    return new HubFile(
        sibling.path("rfilename").asString(""),
        size.isNumber() ? OptionalLong.of(size.asLong()) : OptionalLong.empty(),
        lfs,
        Optional.of(sibling.path("blobId").asString(""))
            .filter(id -> lfs.isEmpty() && id.matches("[0-9a-f]{40}")));
  }

  /// The name of its blob in the cache, where the listing has one.
  Optional<String> etag() {
    return lfs.map(Digest::hex).or(() -> blob);
  }

  Expected expected() {
    return new Expected(sizeBytes, lfs, blob);
  }

  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
