package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageReference;

/// An image that is where it should be, whole.
///
/// ```
/// published.digest(); // sha256:… of the manifest: the name that never moves
/// ```
///
/// @param bytes of config and layers together
public record Published(ImageReference reference, Digest digest, long bytes) {}
