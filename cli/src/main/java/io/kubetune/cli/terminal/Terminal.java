package io.kubetune.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/// The three standard streams and what is known of the screen behind them: data goes to `out`, talk
/// to `err`.
///
/// ```
/// Terminal terminal = Terminal.ofProcess(System.getenv());
/// if (terminal.bars()) { … draw bars … }
/// ```
///
/// @param inIsTerminal whether someone is there to answer: never where `CI` is set
/// @param bars whether a line of `err` may be drawn again and again
/// @param screen how wide it is
/// @param colours whether the streams that are terminals may carry ANSI colours, see [Colour]
/// @param drawing what pictures are made of
/// @param verbosity kubectl's level of `-v`: 0 is quiet, from 6 on requests are shown
public record Terminal(
    PrintStream out,
    PrintStream err,
    InputStream in,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean bars,
    ScreenWidth screen,
    boolean colours,
    Drawing drawing,
    int verbosity) {

  /// What histograms, curves and marks are drawn with.
  public enum Drawing {
    /// Blocks and check marks, where the locale can show them.
    BLOCKS,
    ASCII,
    /// Figures in their place, for who listens.
    NONE
  }

  /// The process's own streams, always UTF-8, whatever `stdout.encoding` was fixed to at build
  /// time.
  public static Terminal ofProcess(Map<String, String> environment) {
    boolean out = isTerminal(1);
    boolean err = isTerminal(2);
    String locale = firstSet(environment, "LC_ALL", "LC_CTYPE", "LANG").toLowerCase(Locale.ROOT);
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    // A build's log keeps every line that was drawn, and nobody is there to answer a question.
    boolean unattended =
        !List.of("", "false", "0").contains(environment.getOrDefault("CI", "").strip());
    return new Terminal(
        buffered(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        new FileInputStream(FileDescriptor.in),
        isTerminal(0) && !unattended,
        out,
        err,
        err && !dumb && !unattended,
        ScreenWidth.of(environment, out || err ? Terminal::columnsOfTty : OptionalInt::empty),
        !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty(),
        locale.contains("utf-8") || locale.contains("utf8") ? Drawing.BLOCKS : Drawing.ASCII,
        0);
  }

  // A million lines of a log are not a million system calls; whoever waits for lines flushes.
  private static PrintStream buffered(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16),
        false,
        StandardCharsets.UTF_8);
  }

  /// Streams that are no terminal, 80 columns, no colours: what a pipe, a file or a test sees.
  public static Terminal plain(PrintStream out, PrintStream err, InputStream in) {
    return new Terminal(
        out,
        err,
        in,
        false,
        false,
        false,
        false,
        ScreenWidth.fixed(ScreenWidth.DEFAULT_COLUMNS),
        false,
        Drawing.BLOCKS,
        0);
  }

  /// The same without bars, colours and drawn characters: lines, as a screen reader reads them.
  public Terminal plainly() {
    return with(false, false, Drawing.NONE, verbosity);
  }

  public Terminal withVerbosity(int level) {
    return with(bars, colours, drawing, level);
  }

  /// The same streams.
  private Terminal with(boolean bars, boolean colours, Drawing drawing, int verbosity) {
    return new Terminal(
        out,
        err,
        in,
        inIsTerminal,
        outIsTerminal,
        errIsTerminal,
        bars,
        screen,
        colours,
        drawing,
        verbosity);
  }

  /// Width to lay out for, as it is now.
  public int columns() {
    return screen.columns();
  }

  public boolean unicode() {
    return drawing == Drawing.BLOCKS;
  }

  /// Talk, in lines of the screen's width, below the data that there is so far.
  public void say(String text) {
    out.flush();
    Prose.print(text, Prose.INDENT, errColumns(), err);
  }

  /// The same for prose among data.
  public void print(String text) {
    Prose.print(text, Prose.INDENT, outColumns(), out);
  }

  /// Widest line of prose on `out`: elsewhere than on a screen a line is as long as it is.
  public int outColumns() {
    return outIsTerminal ? columns() : Prose.ENDLESS;
  }

  /// The same of `err`.
  public int errColumns() {
    return errIsTerminal ? columns() : Prose.ENDLESS;
  }

  private static String firstSet(Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "";
  }

  // java.io.Console answers for stdin and stdout together only, and bars go to stderr.
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    if (Files.isSymbolicLink(link)) {
      try {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException e) {
        return false;
      }
    }
    return new SystemAnswer("test", "-t", Integer.toString(descriptor)).succeeded();
  }

  private static OptionalInt columnsOfTty() {
    String[] rowsAndColumns = new SystemAnswer("stty", "size").text().split(" ", -1);
    boolean isSize = rowsAndColumns.length == 2 && rowsAndColumns[1].matches("\\d{1,5}");
    return isSize ? OptionalInt.of(Integer.parseInt(rowsAndColumns[1])) : OptionalInt.empty();
  }

  /// A small program of the system asked about our terminal, or nothing where it is not there.
  private record SystemAnswer(String... command) {
    boolean succeeded() {
      try {
        Process process = new ProcessBuilder(command).inheritIO().start();
        return process.waitFor(1, TimeUnit.SECONDS) && process.exitValue() == 0;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    String text() {
      Path screen = Path.of("/dev/tty");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectInput(screen.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(1, TimeUnit.SECONDS)
            ? new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip()
            : "";
      } catch (IOException e) {
        return "";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return "";
      }
    }
  }
}
