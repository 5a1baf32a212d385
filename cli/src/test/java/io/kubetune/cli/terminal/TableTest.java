package io.kubetune.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Prose in a table's last column.
class TableTest {
  private static final String PROSE = "Share of the adapter's inputs set to zero while training.";

  @Test
  void proseIsBrokenBetweenWordsOnAScreenAndIsOneLineToBeSearchedElsewhere() {
    assertThat(printed(60, true))
        .isEqualTo(
            """
            KEY            DEFAULT   MEANING
            lora_dropout   0         Share of the adapter's inputs set
                                     to zero while training.
            """);
    assertThat(printed(60, false)).contains(PROSE);
    assertThat(printed(40, true)).as("too narrow to break it").contains(PROSE);
  }

  private static String printed(int columns, boolean isTerminal) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Table table = new Table("KEY", "DEFAULT", "MEANING");
    table.row("lora_dropout", "0", PROSE);
    table.printProse(
        new Terminal(
            stream,
            stream,
            InputStream.nullInputStream(),
            isTerminal,
            isTerminal,
            isTerminal,
            columns,
            false,
            true,
            0));
    return out.toString(StandardCharsets.UTF_8);
  }
}
