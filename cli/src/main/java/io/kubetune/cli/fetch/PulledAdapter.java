package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// An adapter that was pulled, and what it says of itself.
///
/// ```
/// System.out.println(adapter.baseModel() + ", rank " + adapter.rank());
/// ```
///
/// @param digest what the tag named when it was pulled
/// @param baseModel as in adapter_config.json, or the image's annotation where that has none
/// @param targets module names that the adapter changes, as PEFT writes them
/// @param evalLossBefore mean over the evaluation's label tokens
/// @param annotations of the image's manifest
public record PulledAdapter(
    Path folder,
    Digest digest,
    String baseModel,
    int rank,
    double alpha,
    List<String> targets,
    OptionalDouble evalLossBefore,
    OptionalDouble evalLossAfter,
    Map<String, String> annotations,
    List<PulledFile> files) {

  /// @param name relative to the folder
  public record PulledFile(String name, long bytes) {}

  /// The same adapter as other files.
  PulledAdapter in(Path otherFolder, List<PulledFile> otherFiles) {
    return new PulledAdapter(
        otherFolder,
        digest,
        baseModel,
        rank,
        alpha,
        targets,
        evalLossBefore,
        evalLossAfter,
        annotations,
        otherFiles);
  }
}
