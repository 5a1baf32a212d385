package io.kubetune.contract;

/// One thing that is wrong with what a user gave: where, what was found there, and what to do about
/// it.
///
/// ```
/// new Problem("training_config.yaml:7 LoraConfig.rnak", "unknown key", "did you mean 'r'?")
/// ```
///
/// @param place file:line and key path, as precise as is known
/// @param found what is wrong there
/// @param remedy what to do next; empty where `found` says it all
public record Problem(String place, String found, String remedy) {
  @Override
  public String toString() {
    return place + ": " + found + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
