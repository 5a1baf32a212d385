package io.kubetune.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/// Lines to a stream, of those that were there at first only the last few where asked.
///
/// ```
/// Lines lines = new Lines(terminal.out(), 10);
/// old.forEach(lines);
/// lines.caughtUp();   // prints the last 10; what comes now is printed at once
/// ```
public final class Lines implements Consumer<String> {
  /// Tail length that means everything.
  public static final int ALL = -1;

  private final PrintStream out;
  private final int tail;
  private final int columns;
  private final Deque<String> kept = new ArrayDeque<>();
  private boolean caughtUp;

  /// @param tail how many of the first lines to print, or [#ALL]
  public Lines(PrintStream out, int tail) {
    this(out, tail, Prose.ENDLESS);
  }

  /// @param columns widest line of prose, as [Terminal#outColumns] has it
  public Lines(PrintStream out, int tail, int columns) {
    this.out = out;
    this.tail = tail;
    this.columns = columns;
    this.caughtUp = tail == ALL;
  }

  @Override
  public void accept(String line) {
    if (caughtUp) {
      out.println(line);
      return;
    }
    kept.addLast(line);
    if (kept.size() > tail) {
      kept.removeFirst();
    }
  }

  /// Prose, broken where it is wider than the screen.
  ///
  /// @param indent spaces before what goes on in another line
  public void prose(String text, int indent) {
    Prose.lines(text, indent, columns).forEach(this);
  }

  /// Prints what was kept.
  public void caughtUp() {
    kept.forEach(out::println);
    kept.clear();
    caughtUp = true;
    out.flush();
  }

  /// Whether the reader has closed its end.
  public boolean isClosed() {
    return out.checkError();
  }
}
