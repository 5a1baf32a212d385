package io.kubetune.cli.request;

/// One key of the training config that the user set outside of a config file.
///
/// ```
/// new ConfigOverride("LoraConfig.r", "16", "--rank")
/// ```
///
/// @param key section and key
/// @param value as YAML writes it in one line: `16`, `[q_proj, v_proj]`
/// @param place for messages
public record ConfigOverride(String key, String value, String place) {}
