package io.kubetune.contract;

import java.nio.file.Path;
import java.util.OptionalInt;

/// Names of the files in a run directory: `templates/contract/run-directory.md`.
///
/// ```
/// boolean whole = Files.exists(outputDir.resolve(RunFiles.COMPLETED));
/// ```
public final class RunFiles {
  public static final String EVENTS = "events.jsonl";
  public static final String ADAPTER_CONFIG = "adapter_config.json";
  public static final String ADAPTER_MODEL = "adapter_model.safetensors";
  public static final String MODEL_CARD = "README.md";
  public static final String EVAL_RESULTS = "eval_results.json";

  /// KAITO's sentinel: written last, so that it is there only where all else is.
  public static final String COMPLETED = "fine_tuning_completed.txt";

  private static final String CHECKPOINT_PREFIX = "checkpoint-";

  private RunFiles() {}

  /// Folder name of the checkpoint after an optimizer step: `checkpoint-500`.
  public static String checkpoint(int step) {
    return CHECKPOINT_PREFIX + step;
  }

  /// The step that a folder is the checkpoint of; empty for any other folder.
  public static OptionalInt checkpointStep(Path folder) {
    String name = folder.getFileName().toString();
    if (!name.matches(CHECKPOINT_PREFIX + "(0|[1-9][0-9]{0,8})")) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(name.substring(CHECKPOINT_PREFIX.length())));
  }
}
