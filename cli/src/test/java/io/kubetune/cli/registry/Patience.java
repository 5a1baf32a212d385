package io.kubetune.cli.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// How tests reach a registry: nothing of this user's home, and short pauses.
///
/// ```
/// RegistryAccess access = Patience.none();
/// ```
public final class Patience {
  private Patience() {}

  public static RegistryAccess none() {
    return RegistryAccess.fromEnvironment(Map.of())
        .withPatience(3, Duration.ofMillis(20), Duration.ofSeconds(5));
  }

  public static RegistryAccess reading(Path authFile) {
    return none().withAuthFile(authFile);
  }
}
