package io.kubetune.cli.request;

import java.util.List;
import java.util.Optional;

/// What the user said of the training config: a file's text, or none, and single keys over it.
///
/// ```
/// new ConfigSource(Optional.empty(), "", false, List.of(new ConfigOverride("LoraConfig.r", "16", "--rank")))
/// ```
///
/// @param text of a training_config.yaml; empty: the defaults of the method
/// @param kaitoDefaults the defaults are KAITO's, not ours
/// @param name of that text for messages: a file, or a line in a `-f` file
public record ConfigSource(
    Optional<String> text, String name, boolean kaitoDefaults, List<ConfigOverride> overrides) {

  public ConfigSource with(List<ConfigOverride> other) {
    return new ConfigSource(text, name, kaitoDefaults, List.copyOf(other));
  }
}
