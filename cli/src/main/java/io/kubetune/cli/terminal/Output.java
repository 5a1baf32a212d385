package io.kubetune.cli.terminal;

import java.util.Locale;

/// What `-o` asks for.
///
/// ```
/// if (output.isForPrograms()) { … nothing but data on stdout … }
/// ```
public enum Output {
  TABLE,
  WIDE,
  NAME,
  JSON,
  YAML;

  /// Whether stdout is for a program, so that everything else must keep off it.
  public boolean isForPrograms() {
    return switch (this) {
      case TABLE, WIDE -> false;
      case NAME, JSON, YAML -> true;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
