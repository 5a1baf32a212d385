package io.kubetune.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Text in lines that are no wider than a screen, broken between words alone: a name, path or
/// address stays whole, to be copied, and so does a line that is a command.
///
/// ```
/// Prose.lines("a registry that you may push to", 20)   // a registry that you, may push to
/// Prose.print("warning: " + found, 2, terminal.errColumns(), terminal.err());
/// ```
public final class Prose {
  /// Spaces before what goes on in another line, mostly.
  public static final int INDENT = 2;

  /// Where there is no screen.
  static final int ENDLESS = Integer.MAX_VALUE;

  /// Escape sequences of [Colour] take no room.
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  /// What is to be typed, perhaps in a colour.
  private static final Pattern COMMAND =
      Pattern.compile("^(?:\\s|" + COLOUR.pattern() + ")*(?:kubectl|docker) ");

  private Prose() {}

  static boolean isCommand(String text) {
    return COMMAND.matcher(text).find();
  }

  /// The lines of a text, each of them broken where it is wider; spaces before its first word stay.
  public static List<String> lines(String text, int columns) {
    return lines(text, 0, columns);
  }

  /// @param indent spaces before what goes on in another line
  public static List<String> lines(String text, int indent, int columns) {
    List<String> lines = new ArrayList<>();
    for (String each : text.split("\n", -1)) {
      broken(each, indent, columns, lines);
    }
    return lines;
  }

  /// Prints it, with line ends.
  public static void print(String text, int indent, int columns, Appendable out) {
    StringBuilder printed = new StringBuilder();
    lines(text, indent, columns).forEach(line -> printed.append(line).append('\n'));
    try {
      out.append(printed);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void broken(String text, int indent, int columns, List<String> lines) {
    if (width(text) <= columns || isCommand(text)) {
      lines.add(text);
      return;
    }
    int start = text.length() - text.stripLeading().length();
    StringBuilder line = new StringBuilder(text.substring(0, start));
    boolean isFirst = true;
    for (String word : text.substring(start).split(" ")) {
      if (!isFirst && width(line) + 1 + width(word) > columns) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
        line.repeat(' ', start + indent);
        isFirst = true;
      }
      line.append(isFirst ? "" : " ").append(word);
      isFirst = false;
    }
    lines.add(line.toString());
  }

  /// Columns that a text takes.
  static int width(CharSequence text) {
    CharSequence seen = COLOUR.matcher(text).replaceAll("");
    return Character.codePointCount(seen, 0, seen.length());
  }
}
