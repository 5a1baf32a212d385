package io.kubetune.cli.plan;

import java.util.Map;

/// Where things are inside the pod of a Job; KAITO's own places, so that its configs fit.
///
/// ```
/// RunConfig.of(request, PodPaths.PLACED)
/// ```
public final class PodPaths {
  public static final String MODEL = "/workspace/weights";
  public static final String DATA = "/mnt/data";
  public static final String RESULTS = "/mnt/results";
  public static final String CONFIG = "/mnt/config/training_config.yaml";

  /// The same as keys of the training config.
  public static final Map<String, String> PLACED =
      Map.of(
          "ModelConfig.pretrained_model_name_or_path", MODEL,
          "DatasetConfig.dataset_path", DATA,
          "TrainingArguments.output_dir", RESULTS);

  private PodPaths() {}
}
