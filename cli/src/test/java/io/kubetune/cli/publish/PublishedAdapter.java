package io.kubetune.cli.publish;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.TransferListener;
import java.nio.file.Path;
import java.util.Map;

/// An adapter that a registry has before a test begins: `team/adapter:v1`.
///
/// ```
/// PublishedAdapter.in(registry, AdapterFolder.write(dir, 4096, 1));
/// ```
public final class PublishedAdapter {
  public static final String NAME = "team/adapter:v1";

  private PublishedAdapter() {}

  public static Published in(RealRegistry registry, Path results) {
    return as(registry.image(NAME), results);
  }

  /// The same of another name, or in a layout.
  public static Published as(ImageReference image, Path results) {
    return new AdapterPublisher(Patience.none(), Map.of())
        .publish(results, image, Provenance.of("phi-4"), TransferListener.SILENT);
  }
}
