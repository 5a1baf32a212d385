package io.kubetune.cli.terminal;

import java.util.List;

/// Labels in a column with values beside them, as `kubectl describe` has them.
///
/// ```
/// Labels page = new Labels(terminal);
/// page.line("Digest", digest);   // Digest:      sha256:…
/// ```
public record Labels(Terminal terminal) {
  /// Where values begin.
  public static final int COLUMNS = 13;

  private static final int NARROW = 2;

  /// A value is broken between words where the screen is narrower; one that can't be broken, and
  /// would fit a line of its own, gets that.
  public void line(String label, String value) {
    int room = terminal.outColumns() - COLUMNS;
    String name = label.isEmpty() ? "" : label + ":";
    StringBuilder text = new StringBuilder(name).repeat(' ', Math.max(1, COLUMNS - name.length()));
    boolean isBeside = true;
    for (String line : Prose.lines(value, room)) {
      int width = Prose.width(line);
      if (width > room && width <= terminal.outColumns() - NARROW) {
        text.append('\n').repeat(' ', NARROW);
      } else if (!isBeside) {
        text.append('\n').repeat(' ', COLUMNS);
      }
      text.append(line);
      isBeside = false;
    }
    text.toString().lines().map(String::stripTrailing).forEach(terminal.out()::println);
  }

  /// One value below the other; nothing where there is none.
  public void lines(String label, List<String> values) {
    if (!values.isEmpty()) {
      line(label, String.join("\n", values));
    }
  }
}
