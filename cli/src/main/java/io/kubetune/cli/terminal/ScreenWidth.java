package io.kubetune.cli.terminal;

import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import sun.misc.Signal;

/// How many columns to lay out for: the screen's, as they are now, and 80 where there is none.
///
/// ```
/// ScreenWidth width = ScreenWidth.of(environment, SystemTerminal::columns);
/// width.follow();
/// width.columns(); // 120, when the window was made wider
/// ```
public final class ScreenWidth {
  static final int DEFAULT_COLUMNS = 80;

  /// Wider lines than this are hard to read; tables and bars stop growing here.
  private static final int MOST_COLUMNS = 160;

  private final Supplier<OptionalInt> screen;
  private volatile int columns;
  private boolean isFollowed;

  private ScreenWidth(int columns, Supplier<OptionalInt> screen) {
    this.screen = screen;
    this.columns = columns;
  }

  /// One that stays.
  public static ScreenWidth fixed(int columns) {
    return new ScreenWidth(columns, OptionalInt::empty);
  }

  /// What `COLUMNS` says, which stays, else what the screen says.
  ///
  /// @param screen its columns; empty where there is none
  static ScreenWidth of(Map<String, String> environment, Supplier<OptionalInt> screen) {
    int asked = number(environment.getOrDefault("COLUMNS", ""));
    return asked > 0
        ? fixed(Math.min(asked, MOST_COLUMNS))
        : new ScreenWidth(legible(screen.get()).orElse(DEFAULT_COLUMNS), screen);
  }

  public int columns() {
    return columns;
  }

  /// From now on the screen is asked again each time that it was resized. Not before: most commands
  /// are over before anybody could resize anything.
  public synchronized void follow() {
    if (isFollowed) {
      return;
    }
    isFollowed = true;
    try {
      Signal.handle(new Signal("WINCH"), _ -> columns = legible(screen.get()).orElse(columns));
    } catch (IllegalArgumentException e) {
      // A system without this signal, or a JVM that keeps it (-Xrs): the width stays.
    }
  }

  private static OptionalInt legible(OptionalInt columns) {
    return columns.isPresent() && columns.getAsInt() > 0
        ? OptionalInt.of(Math.min(columns.getAsInt(), MOST_COLUMNS))
        : OptionalInt.empty();
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
