package io.kubetune.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/// Rows under upper-case headings, columns three spaces apart, as kubectl prints them.
///
/// ```
/// Table table = new Table("NAME", "STATUS");
/// table.row("first", "Running");
/// table.print(terminal.out());   // NAME    STATUS
///                                // first   Running
/// ```
public final class Table {
  private static final int GAP_COLUMNS = 3;

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /// @throws IllegalArgumentException where the row has not one cell for each heading
  public void row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          cells.length + " cells under " + rows.getFirst().size() + " headings");
    }
    rows.add(List.of(cells));
  }

  /// No trailing spaces, so that the last column may be as long as it is.
  public void print(Appendable out) {
    print(out, true);
  }

  /// @param heading false: rows alone, to go on below a table that stands there already
  public void print(Appendable out, boolean heading) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : heading ? rows : rows.subList(1, rows.size())) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        line.append(cell)
            .repeat(' ', widths[column] - cell.codePointCount(0, cell.length()) + GAP_COLUMNS);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    try {
      out.append(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
