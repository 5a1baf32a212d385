package io.kubetune.cli.source;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A value that is sent to a server and shown to nobody.
///
/// ```
/// Secret.from("env:DATA_TOKEN", environment) // prints as ***
/// ```
record Secret(String value) {

  /// Reads what a user pointed at: `env:NAME` or `file:PATH`.
  ///
  /// @throws TuneException USAGE where there is nothing, without the text that was given: it might
  ///   be the secret itself, typed in the wrong place
  static Secret from(String pointer, Map<String, String> environment) {
    if (pointer.startsWith("env:")) {
      String name = pointer.substring("env:".length());
      String value = environment.getOrDefault(name, "").strip();
      if (value.isEmpty()) {
        throw wrong("env:" + name, "no such environment variable, or an empty one");
      }
      return new Secret(value);
    }
    if (pointer.startsWith("file:")) {
      String file = pointer.substring("file:".length());
      try {
        String value = Files.readString(Path.of(file)).strip();
        if (value.isEmpty() || value.indexOf('\n') >= 0) {
          throw wrong(file, value.isEmpty() ? "an empty file" : "several lines");
        }
        return new Secret(value);
      } catch (IOException e) {
        throw wrong(file, "a file that can't be read (" + Storage.reason(e) + ")");
      }
    }
    throw wrong("--data-header-from", "neither env:NAME nor file:PATH");
  }

  private static TuneException wrong(String place, String found) {
    return new TuneException(
        ExitCode.USAGE,
        "can't read the header for the download",
        place,
        found,
        "name what holds the header by env:NAME or file:PATH, never the value itself");
  }

  /// What a server said, without this value should it have repeated it, whole or the token at its
  /// end.
  String hiddenIn(String text) {
    String token = value.substring(value.lastIndexOf(' ') + 1);
    return token.isEmpty() ? text : text.replace(value, "***").replace(token, "***");
  }

  @Override
  public String toString() {
    return "***";
  }
}
