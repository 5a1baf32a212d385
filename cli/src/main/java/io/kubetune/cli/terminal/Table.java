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

  /// Where a screen is too narrow.
  private static final int SMALL_GAP_COLUMNS = 2;

  /// A last column narrower than this is left as it is: words in it would stand one below another.
  private static final int NARROWEST_PROSE = 18;

  /// One as wide as this needs no room from the gaps.
  private static final int USUAL_PROSE = 32;

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

  /// To a pipe or file, where a row is one line however long.
  public void print(Appendable out) {
    print(out, GAP_COLUMNS, true);
  }

  /// To `out`; on a screen that is too narrow columns stand closer.
  public void print(Terminal terminal) {
    print(terminal, true);
  }

  /// @param heading false: rows alone, to go on below a table that stands there already
  public void print(Terminal terminal, boolean heading) {
    print(terminal.out(), gap(terminal), heading);
  }

  /// The same with prose in the last column: on a screen it is broken between words where it would
  /// be wider. Elsewhere a row is a line, to be searched.
  public void printProse(Terminal terminal) {
    int last = rows.getFirst().size() - 1;
    int[] widths = widths();
    int before = Arrays.stream(widths, 0, last).sum();
    boolean isRoomy = terminal.outColumns() - before - GAP_COLUMNS * last >= USUAL_PROSE;
    int gap = isRoomy ? GAP_COLUMNS : gap(terminal);
    int room = terminal.outColumns() - before - gap * last;
    if (!terminal.outIsTerminal() || room < NARROWEST_PROSE) {
      inLines().print(terminal.out(), gap, true);
      return;
    }
    Table broken = new Table(rows.getFirst().toArray(String[]::new));
    for (List<String> row : rows.subList(1, rows.size())) {
      String[] cells = row.toArray(String[]::new);
      for (String line : Prose.lines(cells[last], room)) {
        cells[last] = line;
        broken.row(cells);
        Arrays.fill(cells, "");
      }
    }
    broken.print(terminal.out(), gap, true);
  }

  /// Each row in one line, whatever its last cell has.
  private Table inLines() {
    Table lines = new Table(rows.getFirst().toArray(String[]::new));
    for (List<String> row : rows.subList(1, rows.size())) {
      lines.row(row.stream().map(cell -> cell.replaceAll("\n *", " ")).toArray(String[]::new));
    }
    return lines;
  }

  private int gap(Terminal terminal) {
    int gaps = rows.getFirst().size() - 1;
    int width = Arrays.stream(widths()).sum() + GAP_COLUMNS * gaps;
    return width <= terminal.outColumns() ? GAP_COLUMNS : SMALL_GAP_COLUMNS;
  }

  private int[] widths() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], Prose.width(row.get(column)));
      }
    }
    return widths;
  }

  /// No trailing spaces, so that the last column may be as long as it is.
  private void print(Appendable out, int gap, boolean heading) {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    for (List<String> row : heading ? rows : rows.subList(1, rows.size())) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = row.get(column);
        line.append(cell).repeat(' ', widths[column] - Prose.width(cell) + gap);
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
