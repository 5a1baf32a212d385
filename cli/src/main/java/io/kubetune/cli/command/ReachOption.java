package io.kubetune.cli.command;

import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.SourceWishes;
import io.kubetune.cli.source.SourceOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How the servers of sources are reached: typed for `download`, which a pod is called with; part
/// of the request for all others.
///
/// ```
/// SourceOptions options = ReachOption.with(request.sources(), SourceOptions.of(environment));
/// ```
final class ReachOption {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description = "server for s3:// in place of AWS's, addressed by path (AWS_ENDPOINT_URL)")
  private URI s3Endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      description = "region of the buckets of s3:// (AWS_REGION)")
  private String s3Region;

  @Option(
      names = "--model-cache",
      paramLabel = "FOLDER",
      description =
          "keeps models, and what else the hub gave; several processes may share it (HF_HUB_CACHE)")
  private Path modelCache;

  SourceOptions with(SourceOptions options) {
    return with(
        new SourceWishes(
            Optional.ofNullable(s3Endpoint),
            Optional.ofNullable(s3Region),
            Optional.ofNullable(modelCache).map(Location.Local::new)),
        options);
  }

  static SourceOptions with(SourceWishes wishes, SourceOptions options) {
    SourceOptions reached = wishes.s3Endpoint().map(options::withS3Endpoint).orElse(options);
    reached = wishes.s3Region().map(reached::withS3Region).orElse(reached);
    return wishes.modelCache().orElse(null) instanceof Location.Local(Path folder)
        ? reached.withModelCache(folder)
        : reached;
  }

  boolean hasModelCache() {
    return modelCache != null;
  }
}
