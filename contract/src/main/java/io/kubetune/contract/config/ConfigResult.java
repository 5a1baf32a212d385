package io.kubetune.contract.config;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import java.util.List;

/// A valid configuration, and the keys in it that have no effect.
///
/// ```
/// result.warnings().forEach(err::println); // my.yaml:9 ModelConfig.device_map: has no effect; …
/// ```
public record ConfigResult(TrainingConfig config, List<Problem> warnings) {
  public ConfigResult {
    warnings = List.copyOf(warnings);
  }
}
