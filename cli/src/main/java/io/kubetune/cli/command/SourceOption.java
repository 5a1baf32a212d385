package io.kubetune.cli.command;

import io.kubetune.cli.source.SourceOptions;
import io.kubetune.contract.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/// How datasets and models are downloaded, the same for all commands that download some.
///
/// ```
/// SourceOptions options = sources.options(surroundings.environment());
/// ```
final class SourceOption {
  @Option(
      names = "--data-header-from",
      paramLabel = "env:NAME|file:PATH",
      description = "what holds the header for https sources: a token, or a whole Name: value")
  private String headerFrom;

  @Option(
      names = "--model-cache",
      paramLabel = "FOLDER",
      description = "keeps what the hub gave; several processes may share it (HF_HUB_CACHE)")
  private Path modelCache;

  SourceOptions options(Map<String, String> environment) {
    SourceOptions options = SourceOptions.of(environment);
    if (headerFrom != null) {
      options = options.withHeaderFrom(headerFrom);
    }
    return modelCache == null ? options : options.withModelCache(modelCache);
  }

  /// Each of these that was given to a runtime that downloads in its pod, where it would have no
  /// effect.
  List<Problem> unusedBy(String runtime) {
    List<Problem> problems = new ArrayList<>();
    Map<String, Boolean> given =
        new TreeMap<>(
            Map.of(
                "--data-header-from", headerFrom != null,
                "--model-cache", modelCache != null));
    given.forEach((name, isGiven) -> {
      if (isGiven) {
        problems.add(
            new Problem(name, "runtime " + runtime + " downloads nothing here", "take it out"));
      }
    });
    return problems;
  }

  boolean hasModelCache() {
    return modelCache != null;
  }
}
