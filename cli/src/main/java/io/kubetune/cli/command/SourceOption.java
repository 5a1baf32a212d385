package io.kubetune.cli.command;

import io.kubetune.cli.source.SourceOptions;
import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// What of this machine opens sources, the same for all commands that download here.
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

  SourceOptions options(Map<String, String> environment) {
    SourceOptions options = SourceOptions.of(environment);
    return headerFrom == null ? options : options.withHeaderFrom(headerFrom);
  }

  /// That it was given to a runtime that downloads in its pod, where it would have no effect.
  List<Problem> unusedBy(String runtime) {
    return headerFrom == null
        ? List.of()
        : List.of(
            new Problem(
                "--data-header-from",
                "runtime " + runtime + " downloads nothing here",
                "put the header into a Secret, key AUTHORIZATION, and name it by --data-secret"));
  }
}
