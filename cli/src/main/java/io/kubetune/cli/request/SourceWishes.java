package io.kubetune.cli.request;

import java.net.URI;
import java.util.Optional;

/// How the user wants sources to be reached, wherever they are downloaded: by the client or in the
/// pod.
///
/// ```
/// request.sources().s3Endpoint() // https://minio.example.com
/// ```
///
/// @param s3Endpoint in place of AWS's own, addressed by path
/// @param modelCache Local, or the Claim that a pod mounts: keeps models that were downloaded
public record SourceWishes(
    Optional<URI> s3Endpoint, Optional<String> s3Region, Optional<Location> modelCache) {

  static SourceWishes read(FieldValues values, LocationReader locations, RuntimeKind runtime) {
    return new SourceWishes(
        values.parsed(Field.S3_ENDPOINT, Syntax::server, "for example https://minio.example.com"),
        values.parsed(Field.S3_REGION, Syntax::region, "for example eu-central-1"),
        values.parsed(
            Field.MODEL_CACHE,
            text ->
                runtime == RuntimeKind.LOCAL ? locations.folder(text) : locations.cacheClaim(text),
            runtime == RuntimeKind.LOCAL
                ? "name a folder"
                : "name a PersistentVolumeClaim: CLAIM or CLAIM/PATH"));
  }
}
