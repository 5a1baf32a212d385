package io.kubetune.trainer.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which trainer this is.
///
/// ```
/// Version.current()   // 0.1.0
/// ```
public final class Version {
  /// Of the files between cli and trainer: `templates/contract/`.
  public static final int CONTRACT = 1;

  /// Filled in by the build.
  private static final String PROPERTIES = "/io/kubetune/trainer/version.properties";

  private Version() {}

  public static String current() {
    try (InputStream resource = Version.class.getResourceAsStream(PROPERTIES)) {
      Properties build = new Properties();
      build.load(resource);
      return build.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
