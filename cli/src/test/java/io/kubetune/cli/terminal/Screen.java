package io.kubetune.cli.terminal;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A terminal of some width, and what was written to each of its streams.
///
/// ```
/// Screen screen = new Screen(80);
/// table.print(screen.terminal());
/// assertThat(screen.widest()).isLessThanOrEqualTo(80);
/// ```
public final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal;

  /// Both streams on a screen without colours.
  public Screen(int columns) {
    this(columns, true, true, false);
  }

  public Screen(int columns, boolean outIsTerminal, boolean errIsTerminal, boolean colours) {
    terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            InputStream.nullInputStream(),
            errIsTerminal,
            outIsTerminal,
            errIsTerminal,
            errIsTerminal,
            ScreenWidth.fixed(columns),
            colours,
            Terminal.Drawing.BLOCKS,
            0);
  }

  public Terminal terminal() {
    return terminal;
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// Columns of the widest line of both.
  public int widest() {
    return (out() + "\n" + err()).lines().mapToInt(Prose::width).max().orElse(0);
  }

  /// Words of both, to see that none was broken.
  public List<String> words() {
    return Arrays.stream((out() + "\n" + err()).split("\\s+")).toList();
  }
}
