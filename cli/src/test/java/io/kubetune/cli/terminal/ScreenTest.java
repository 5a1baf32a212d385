package io.kubetune.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void tablesAlignTheirColumnsAndHaveNoTrailingSpaces() {
    Table table = new Table("NAME", "STATUS", "LOSS");
    table.row("a-long-name", "Running", "");
    table.row("b", "Failed", "2.5");

    StringBuilder out = new StringBuilder();
    table.print(out);

    assertThat(out)
        .hasToString(
            """
            NAME          STATUS    LOSS
            a-long-name   Running
            b             Failed    2.5
            """);
  }

  @Test
  void aSparklineFallsAsItsValuesFall() {
    assertThat(Sparkline.of(new double[] {8, 7, 6, 5, 4, 3, 2, 1}, 8, true)).isEqualTo("█▇▆▅▄▃▂▁");
    assertThat(Sparkline.of(new double[] {2, 1}, 8, false)).isEqualTo("@_");
    assertThat(Sparkline.of(new double[] {1, 1, 1}, 8, true)).isEqualTo("▁▁▁");
    assertThat(Sparkline.of(new double[] {4, Double.NaN, 1}, 8, true)).isEqualTo("█▁");
    assertThat(Sparkline.of(new double[0], 8, true)).isEmpty();
    double[] many = new double[1000];
    Arrays.setAll(many, i -> 1000 - i);
    assertThat(Sparkline.of(many, 40, true)).hasSize(40).startsWith("█").endsWith("▁");
  }

  @Test
  void agesAreAsKubectlPrintsThem() {
    assertThat(Durations.age(Duration.ofSeconds(119))).isEqualTo("119s");
    assertThat(Durations.age(Duration.ofSeconds(125))).isEqualTo("2m5s");
    assertThat(Durations.age(Duration.ofMinutes(75))).isEqualTo("75m");
    assertThat(Durations.age(Duration.ofHours(4))).isEqualTo("4h");
    assertThat(Durations.age(Duration.ofHours(49))).isEqualTo("2d1h");
    assertThat(Durations.clock(Duration.ofSeconds(3675))).isEqualTo("1:01:15");
  }

  @Test
  void aFailureSaysWhatWasAttemptedEachProblemAndWhatToDoNext() {
    TuneException failure =
        new TuneException(
            ExitCode.BAD_DATA,
            "can't train on rows.jsonl",
            List.of(
                new Problem("rows.jsonl:3", "no assistant turn", "add one"),
                new Problem("rows.jsonl:9", "not JSON", "")));

    Failure.print(failure, screen(80, false));

    assertThat(text())
        .isEqualTo(
            """
            Error: can't train on rows.jsonl
              rows.jsonl:3: no assistant turn
                try: add one
              rows.jsonl:9: not JSON
            """);
  }

  @Test
  void coloursAreThereOnlyWhereTheTerminalShowsThem() {
    assertThat(Colour.RED.on(screen(80, false), "x")).isEqualTo("x");
    assertThat(Colour.RED.on(screen(80, true), "x")).isEqualTo("\u001b[31mx\u001b[0m");
  }

  @Test
  void whatGoesToAFileHasNoColoursAlthoughErrIsATerminal() {
    Terminal toFile = new Screen(80, false, true, true).terminal();
    assertThat(Colour.GREEN.onOut(toFile, "x")).isEqualTo("x");
    assertThat(Colour.GREEN.on(toFile, "x")).isEqualTo("\u001b[32mx\u001b[0m");
    Terminal errToFile = new Screen(80, true, false, true).terminal();
    assertThat(Colour.GREEN.onOut(errToFile, "x")).isEqualTo("\u001b[32mx\u001b[0m");
    assertThat(Colour.GREEN.on(errToFile, "x")).isEqualTo("x");
  }

  @Test
  void noColourVanishesOnALightOrADarkScreen() {
    Terminal screen = screen(80, true);
    // Half-bright, black, yellow, white, and their bright forms.
    assertThat(Colour.values())
        .allSatisfy(each ->
            assertThat(each.on(screen, "x")).doesNotContainPattern("\\[(2|30|33|37|9[0-7])m"));
  }

  @Test
  void anErrorIsBrokenBetweenWordsOnAScreenAndOneLineInALog() {
    TuneException failure =
        new TuneException(
            ExitCode.BAD_REQUEST,
            "can't make a run of this request",
            "--output-image",
            "missing",
            "give where the adapter goes: HOST/REPO:TAG, oci:FOLDER or pvc://CLAIM/PATH");
    Screen screen = new Screen(80);
    Failure.print(failure, screen.terminal());
    Screen log = new Screen(80, false, false, false);
    Failure.print(failure, log.terminal());

    assertThat(screen.widest()).isLessThanOrEqualTo(80);
    assertThat(screen.words()).contains("pvc://CLAIM/PATH");
    assertThat(log.err()).contains("oci:FOLDER or pvc://CLAIM/PATH\n");
  }

  /// As long as names of runs and namespaces may be.
  private static final String COMMAND =
      "kubectl tune pull-adapter " + "a".repeat(63) + " -n " + "b".repeat(63) + " --to ./adapter";

  @Test
  void aCommandToTypeStandsWholeOnALineOfItsOwnHoweverLongItIs() {
    for (String remedy : List.of(COMMAND, "pull it while it is there:\n  " + COMMAND)) {
      TuneException failure =
          new TuneException(ExitCode.BAD_REQUEST, "can't do it", "a run", "it is over", remedy);
      for (boolean isTerminal : new boolean[] {true, false}) {
        Screen screen = new Screen(80, isTerminal, isTerminal, isTerminal);
        Failure.print(failure, screen.terminal());
        Failure.warn(failure.problems().getFirst(), screen.terminal());
        new Labels(screen.terminal()).line("Next", remedy);
        assertThat((screen.out() + screen.err()).lines().filter(line -> line.contains("pull-a")))
            .hasSize(3)
            .allSatisfy(
                line -> assertThat(line.replaceFirst("^Next:", "").strip()).isEqualTo(COMMAND));
      }
    }
  }

  @Test
  void aBarKeepsSomeRoomOn80ColumnsAndAllThatIsSaidOn160() throws InterruptedException {
    for (int columns : new int[] {80, 160}) {
      written.reset();
      try (StageBars bars = new StageBars(screen(columns, false))) {
        bars.begin("training", 60, 0, Instant.now().minusSeconds(9));
        bars.to(30, "loss 2.3104  1,234 tokens/s");
        Thread.sleep(400);
      }
      assertThat(text()).contains("30/60").contains("loss 2.3104");
      assertThat(text()).containsPattern("█{8}");
      assertThat(text().contains("1,234 tokens/s")).isEqualTo(columns == 160);
    }
  }

  @Test
  void noLineOfABarIsAsWideAsTheScreenAndTheLastWordStays() {
    for (int columns : new int[] {80, 160}) {
      written.reset();
      try (StageBars bars = new StageBars(screen(columns, false))) {
        bars.begin("training", 60, 0, Instant.now().minusSeconds(9));
        for (int step = 1; step <= 60; step++) {
          bars.to(step, "loss 2.3104  1,234 tokens/s");
        }
        bars.say("checkpoint checkpoint-30");
        bars.done("60 of 60 steps, " + "a long story ".repeat(20), Instant.now());
      }
      String[] drawn = text().split("[\r\n]+|\u001b\\[K");
      assertThat(drawn).allSatisfy(line -> assertThat(line.length()).isLessThan(columns + 1));
      assertThat(drawn).anyMatch(line -> line.contains("60/60"));
      assertThat(drawn).contains("checkpoint checkpoint-30");
      assertThat(text()).contains("training").endsWith("…\n").contains("0:00:09");
    }
  }

  @Test
  void aStageWithoutAKnownEndShowsThatItGoesOn() throws InterruptedException {
    try (StageBars bars = new StageBars(screen(80, false))) {
      bars.begin("loading", -1, 0, Instant.now().minusSeconds(5));
      Thread.sleep(500);
    }
    assertThat(text()).contains("loading").contains("0:00:05").doesNotContain("?");
  }

  @Test
  void ofTheLinesThatWereThereOnlyTheLastAreShownAndAllThatCome() {
    Lines lines = new Lines(new PrintStream(written, true, StandardCharsets.UTF_8), 2);
    List.of("one", "two", "three").forEach(lines);
    lines.caughtUp();
    lines.accept("four");

    assertThat(text()).isEqualTo("two\nthree\nfour\n");
  }

  private Terminal screen(int columns, boolean colours) {
    PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);
    return new Terminal(
        stream,
        stream,
        InputStream.nullInputStream(),
        true,
        true,
        true,
        true,
        ScreenWidth.fixed(columns),
        colours,
        Terminal.Drawing.BLOCKS,
        0);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
