package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.Locale;
import java.util.regex.Pattern;

/// A run's name: a DNS-1123 label, so that the same name works on this machine and in a cluster.
///
/// ```
/// RunName name = RunName.of("first");
/// Path folder = runs.resolve(name.value());   // never outside `runs`
/// ```
public record RunName(String value) {
  /// RFC 1123 label, as Kubernetes checks the names of most objects.
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private static final int MOST_CHARACTERS = 63;

  public RunName {
    if (value.length() > MOST_CHARACTERS || !LABEL.matcher(value).matches()) {
      throw refused(value);
    }
  }

  /// @throws TuneException BAD_REQUEST where the text is not a DNS-1123 label
  public static RunName of(String text) {
    return new RunName(text);
  }

  private static TuneException refused(String text) {
    String nearest = cleaned(text);
    return new TuneException(
        ExitCode.BAD_REQUEST,
        "can't use '" + text + "' as the name of a run",
        "name",
        "a name has 1 to "
            + MOST_CHARACTERS
            + " lower-case letters, digits and '-', and starts and ends with a letter or digit"
            + " (a DNS-1123 label); this one has "
            + text.length()
            + " characters",
        nearest.isEmpty() ? "for example first-run" : nearest);
  }

  private static String cleaned(String text) {
    String name = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    name = name.substring(0, Math.min(name.length(), MOST_CHARACTERS));
    return name.replaceAll("^-+|-+$", "");
  }

  @Override
  public String toString() {
    return value;
  }
}
