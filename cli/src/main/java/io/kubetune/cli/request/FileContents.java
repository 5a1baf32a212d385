package io.kubetune.cli.request;

import java.util.List;
import java.util.Optional;

/// What a `-f` file says, in the terms of the flags.
///
/// @param trainingConfig text of a `training_config.yaml` that came inside the file
/// @param configName where that text was found, for messages
/// @param kaitoDefaults what is not said is as KAITO has it, not as we do
record FileContents(
    List<Given> givens, Optional<String> trainingConfig, String configName, boolean kaitoDefaults) {
  static final FileContents NONE = new FileContents(List.of(), Optional.empty(), "", false);
}
