package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;

/// Where a row stands in the user's own file: a line where the format has lines, else the row's
/// number.
///
/// ```
/// new Place("rows.jsonl", Unit.LINE, 7).problem("messages[1].role", "role 'bot'", "…")
/// // rows.jsonl:7 messages[1].role: role 'bot'; …
/// ```
///
/// @param file as the user named it
/// @param number from 1; of no meaning where the place is the whole file
public record Place(String file, Unit unit, long number) {
  private static final int LONGEST = 400;

  /// What `number` counts.
  public enum Unit {
    LINE,
    ROW,
    /// Nothing: the place is the file as a whole.
    FILE
  }

  /// A file as a whole.
  public static Place whole(String file) {
    return new Place(file, Unit.FILE, 0);
  }

  /// @param field the key path within the row; empty for the row itself
  public Problem problem(String field, String found, String remedy) {
    return new Problem(
        field.isEmpty() ? toString() : this + " " + printable(field), printable(found), remedy);
  }

  /// What was found may quote the data: a role or a column's name could steer a terminal, or fill
  /// it.
  private static String printable(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "\uFFFD");
    return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
  }

  @Override
  public String toString() {
    return switch (unit) {
      case LINE -> file + ":" + number;
      case ROW -> file + " row " + number;
      case FILE -> file;
    };
  }
}
