package io.kubetune.cli.fetch;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;

/// A relative path that stays below the folder it is resolved against.
///
/// ```
/// SafePath.parse("./data/adapter_config.json", place).segments(); // [data, adapter_config.json]
/// SafePath.parse("../x", place); // refused
/// ```
///
/// @param segments without `.`, `..` and empty ones
record SafePath(List<String> segments) {
  /// Of most file systems, in bytes of a name; longer ones are refused by the disk itself.
  private static final int LONGEST_PATH = 4096;

  /// @param place the image, for the error
  static SafePath parse(String name, String place) {
    List<String> segments = new ArrayList<>();
    if (name.startsWith("/") || name.startsWith("\\") || name.matches("[A-Za-z]:[\\\\/].*")) {
      throw unsafe(name, place, "an absolute path");
    }
    if (name.indexOf('\0') >= 0 || name.length() > LONGEST_PATH) {
      throw unsafe(name.substring(0, Math.min(80, name.length())), place, "an impossible name");
    }
    for (String each : name.split("/")) {
      if (each.equals("..")) {
        throw unsafe(name, place, "a path that leads out of the folder");
      }
      if (!each.isEmpty() && !each.equals(".")) {
        segments.add(each);
      }
    }
    return new SafePath(List.copyOf(segments));
  }

  boolean isEmpty() {
    return segments.isEmpty();
  }

  String last() {
    return segments.getLast();
  }

  @Override
  public String toString() {
    return String.join("/", segments);
  }

  static TuneException unsafe(String name, String place, String found) {
    return new TuneException(
        ExitCode.REGISTRY,
        "won't unpack the image",
        place,
        "its entry '" + printable(name) + "' is " + found,
        "nothing was written; ask who built the image");
  }

  /// A hostile name must not steer the terminal.
  private static String printable(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
