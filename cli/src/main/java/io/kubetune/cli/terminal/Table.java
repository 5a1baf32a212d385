package io.kubetune.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
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

  /// A last column narrower than this is left as it is: words in it would stand one below another.
  private static final int NARROWEST_PROSE = 24;

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

  /// The same with prose in the last column: at a terminal it is broken between words where it
  /// would be longer than the screen is wide. Elsewhere a row is a line, to be searched.
  public void printProse(Terminal terminal) {
    if (!terminal.outIsTerminal()) {
      print(terminal.out());
      return;
    }
    int last = rows.getFirst().size() - 1;
    int before = GAP_COLUMNS * last;
    for (int column = 0; column < last; column++) {
      int at = column;
      before += rows.stream().mapToInt(row -> length(row.get(at))).max().orElse(0);
    }
    int width = terminal.columns() - before;
    Table broken = new Table(rows.getFirst().toArray(String[]::new));
    for (List<String> row : rows.subList(1, rows.size())) {
      String[] cells = row.toArray(String[]::new);
      for (String line :
          width < NARROWEST_PROSE ? List.of(cells[last]) : lines(cells[last], width)) {
        cells[last] = line;
        broken.row(cells);
        Arrays.fill(cells, "");
      }
    }
    broken.print(terminal.out());
  }

  private static List<String> lines(String prose, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : prose.split(" ")) {
      if (!line.isEmpty() && length(line) + 1 + length(word) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static int length(CharSequence text) {
    return Character.codePointCount(text, 0, text.length());
  }

  /// @param heading false: rows alone, to go on below a table that stands there already
  public void print(Appendable out, boolean heading) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        widths[column] = Math.max(widths[column], length(cell));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : heading ? rows : rows.subList(1, rows.size())) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        line.append(cell).repeat(' ', widths[column] - length(cell) + GAP_COLUMNS);
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
