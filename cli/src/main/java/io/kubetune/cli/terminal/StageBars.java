package io.kubetune.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;

/// One bar at a time at the bottom of the screen, one for each stage; what was done and said
/// scrolls away above it.
///
/// ```
/// try (StageBars bars = new StageBars(terminal)) {
///   bars.begin("training", 60, 0, Instant.now());
///   bars.to(27, "loss 2.310  1,234 tokens/s");
///   bars.done("60 steps, loss 1.02", Instant.now());
/// }
/// ```
public final class StageBars implements AutoCloseable {
  /// For a stage whose number of units is not known.
  public static final long NO_END = -1;

  /// Fast enough to look alive, slow enough to cost nothing.
  private static final int REDRAW_MILLIS = 100;

  /// The longest stage name, so that all bars start in one column.
  private static final int NAME_COLUMNS = 12;

  /// What stands around a bar: name, percent, count and times.
  private static final int AROUND_COLUMNS = 48;

  /// A shorter bar is none.
  private static final int SHORTEST_BAR = 16;

  /// Some terminals wrap when the last column is written, and one that echoes `^C` behind the bar
  /// must not come to the next line: the bar would stay.
  private static final int FREE_COLUMNS = 3;

  private static final String BETWEEN_PARTS = "  ";

  private static final long BYTES_IN_KB = 1_000;
  private static final long BYTES_IN_MB = 1_000_000;

  private static final String UNDER_MARKS = "  ";
  private static final String WHEEL = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  private static final String ASCII_WHEEL = "|/-\\";

  private static final String TO_LINE_START = "\r";
  private static final String CLEAR_TO_LINE_END = "\u001b[K";
  private static final String CLEAR_TO_SCREEN_END = "\u001b[J";

  private final Terminal terminal;
  private Optional<ProgressBar> bar = Optional.empty();
  private String name = "";
  private Instant began = Instant.now();

  public StageBars(Terminal terminal) {
    this.terminal = terminal;
    if (terminal.bars()) {
      terminal.screen().follow();
    }
  }

  /// @param max units of the stage, or [#NO_END]
  /// @param from units done before we began to watch
  /// @param since when the stage began
  public void begin(String stage, long max, long from, Instant since) {
    name = stage;
    began = since;
    show(max, from, "", 1);
  }

  /// The stage's work is so many bytes, as is known by now.
  public void measure(long totalBytes) {
    boolean isLarge = totalBytes >= 10 * BYTES_IN_MB;
    show(totalBytes, 0, isLarge ? " MB" : " kB", isLarge ? BYTES_IN_MB : BYTES_IN_KB);
  }

  private void show(long max, long from, String unit, long unitSize) {
    close();
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName((max == NO_END ? "" : UNDER_MARKS) + padded(name))
            .setInitialMax(max)
            .setUnit(unit, unitSize)
            .startsFrom(from, Duration.between(began, Instant.now()))
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setStyle(terminal.unicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .setConsumer(new LastLine(terminal))
            // Between two steps the clock goes on, and the screen may be resized.
            .continuousUpdate()
            .clearDisplayOnFinish();
    if (max == NO_END) {
      builder.setRenderer(this::turning);
    }
    bar = Optional.of(builder.build());
  }

  /// What stands in the place of a bar whose end is not known: that it goes on, and how long.
  private String turning(ProgressState state, int columns) {
    Duration elapsed = state.getTotalElapsed();
    String wheel = terminal.unicode() ? WHEEL : ASCII_WHEEL;
    int turn = (int) (elapsed.toMillis() / REDRAW_MILLIS % wheel.length());
    String line =
        Colour.CYAN.on(terminal, wheel.substring(turn, turn + 1))
            + " "
            + state.getTaskName()
            + Durations.clock(elapsed)
            + "  "
            + state.getExtraMessage();
    return line.stripTrailing();
  }

  /// Moves the bar; the message stands behind it, of its parts as many as leave the bar some room.
  ///
  /// @param message parts two spaces apart, what matters most first
  public void to(long unit, String message) {
    int room = terminal.columns() - AROUND_COLUMNS - SHORTEST_BAR;
    String shown = message;
    int end = message.lastIndexOf(BETWEEN_PARTS);
    while (shown.length() > room && end > 0) {
      shown = shown.substring(0, end);
      end = shown.lastIndexOf(BETWEEN_PARTS);
    }
    String parts = shown;
    bar.ifPresent(each -> each.stepTo(unit).setExtraMessage(parts));
  }

  /// Words above the bar.
  public void say(String text) {
    synchronized (terminal.err()) {
      terminal.err().print(TO_LINE_START + CLEAR_TO_LINE_END);
      terminal.say(text);
    }
    bar.ifPresent(ProgressBar::refresh);
  }

  /// Ends the stage: its bar becomes a line that says what it came to.
  public void done(String summary, Instant at) {
    end(Colour.GREEN.on(terminal, terminal.unicode() ? "✓" : "+"), summary, at);
  }

  /// Ends the stage where the run failed in it.
  public void failed(String summary, Instant at) {
    end(Colour.RED.on(terminal, terminal.unicode() ? "✗" : "x"), summary, at);
  }

  private void end(String mark, String summary, Instant at) {
    if (bar.isEmpty()) {
      return;
    }
    close();
    String took = Durations.clock(Duration.between(began, at));
    String start = "x " + padded(name) + took + "  ";
    int room = terminal.columns() - start.length();
    say(mark + start.substring(1) + (summary.length() > room ? cut(summary, room) : summary));
  }

  /// Takes the bar off the screen.
  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }

  private String cut(String text, int columns) {
    String first = text.lines().findFirst().orElse("");
    String more = terminal.unicode() ? "…" : "...";
    int kept = Math.max(0, Math.min(first.length(), columns - more.length()));
    return first.substring(0, kept) + more;
  }

  private static String padded(String text) {
    return text + " ".repeat(Math.max(1, NAME_COLUMNS + 1 - text.length()));
  }

  /// Draws over the last line of the screen with control sequences that every terminal knows.
  ///
  /// The library's own consumer asks jline for the terminal, which loads native code.
  private static final class LastLine implements ProgressBarConsumer {
    private final Terminal terminal;
    private final PrintStream screen;
    private String drawn = "";
    private int drawnColumns;

    private LastLine(Terminal terminal) {
      this.terminal = terminal;
      this.screen = terminal.err();
    }

    @Override
    public int getMaxRenderedLength() {
      return terminal.columns() - FREE_COLUMNS;
    }

    @Override
    public void accept(String rendered) {
      synchronized (screen) {
        int columns = terminal.columns();
        if (rendered.equals(drawn) && columns == drawnColumns) {
          return;
        }
        screen.print(toStart(columns) + rendered + CLEAR_TO_LINE_END);
        screen.flush();
        drawn = rendered;
        drawnColumns = columns;
      }
    }

    /// Where the screen became narrower it shows the line in several: all of them go.
    private String toStart(int columns) {
      int above = columns < drawnColumns ? (Prose.width(drawn) - 1) / columns : 0;
      return above > 0 ? "\r\u001b[" + above + "A" + CLEAR_TO_SCREEN_END : TO_LINE_START;
    }

    @Override
    public void clear() {
      synchronized (screen) {
        screen.print(toStart(terminal.columns()) + CLEAR_TO_LINE_END);
        screen.flush();
        drawn = "";
      }
    }

    @Override
    public void close() {
      screen.flush();
    }
  }
}
