package io.kubetune.cli.request;

import java.util.Optional;

/// A ConfigMap in the run's namespace, or one key of it.
///
/// ```
/// new ConfigMapKey("corp-ca", Optional.of("ca.crt")) // --ca-configmap corp-ca/ca.crt
/// ```
///
/// @param key empty: all that the ConfigMap has
public record ConfigMapKey(String name, Optional<String> key) {}
