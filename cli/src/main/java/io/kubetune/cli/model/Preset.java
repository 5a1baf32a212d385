package io.kubetune.cli.model;

import java.util.List;

/// A model that can be named in one word.
///
/// ```
/// Presets.find("phi-4").orElseThrow().repository() // "microsoft/phi-4"
/// ```
///
/// @param repository on the Hugging Face hub
/// @param licence SPDX id, or the name its owner gives it
/// @param gated the hub wants a token of someone who accepted the licence
/// @param kaito KAITO tunes it under this name
public record Preset(
    String name,
    String repository,
    String licence,
    boolean gated,
    boolean kaito,
    ModelDimensions dimensions) {

  /// What LoRA adapts where the config names nothing.
  public List<String> defaultTargets() {
    return dimensions.family().defaultTargets();
  }
}
