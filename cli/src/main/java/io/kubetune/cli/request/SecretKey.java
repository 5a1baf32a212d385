package io.kubetune.cli.request;

/// One key of a Secret in the run's namespace: a reference, never its value.
///
/// ```
/// new SecretKey("hf", "token") // --secret-env HF_TOKEN=hf/token
/// ```
public record SecretKey(String secret, String key) {}
