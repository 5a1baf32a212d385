package io.kubetune.cli.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The version of this program, which its images are tagged with.
///
/// ```
/// Release.version() // "0.1.0"
/// ```
public final class Release {
  /// Filled in by the build.
  private static final String PROPERTIES = "/io/kubetune/cli/version.properties";

  private Release() {}

  public static String version() {
    Properties build = new Properties();
    try (InputStream resource = Release.class.getResourceAsStream(PROPERTIES)) {
      build.load(resource);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + PROPERTIES, e);
    }
    return build.getProperty("version");
  }
}
