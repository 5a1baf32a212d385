package io.kubetune.cli.request;

import java.util.Optional;

/// A taint that the pod bears; without a value any value of the key, without an effect any effect.
///
/// ```
/// new Toleration("sku", Optional.of("gpu"), Optional.of("NoSchedule")) // --toleration sku=gpu:NoSchedule
/// ```
public record Toleration(String key, Optional<String> value, Optional<String> effect) {}
