package io.kubetune.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

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

  @Test
  void aCommandInProseKeepsItsLineOnAScreenAndTheRowIsOneElsewhere() {
    String prose = "make it:\n  kubectl create namespace a-namespace-of-a-team";
    for (boolean isTerminal : new boolean[] {true, false}) {
      Screen screen = new Screen(60, isTerminal, isTerminal, false);
      Table table = new Table("CHECK", "DETAIL");
      table.row("namespace", prose);
      table.printProse(screen.terminal());
      assertThat(screen.out())
          .contains(
              isTerminal
                  ? "make it:\n              kubectl create namespace a-namespace-of-a-team\n"
                  : "make it: kubectl create namespace a-namespace-of-a-team\n");
    }
  }

  @Test
  void columnsStandCloserWhereTheScreenIsTooNarrow() {
    Table table = new Table("NAME", "STATUS");
    table.row("a-run-of-23-characters-", "Succeeded");
    Screen roomy = new Screen(35);
    Screen narrow = new Screen(34);
    table.print(roomy.terminal());
    table.print(narrow.terminal());

    assertThat(roomy.out()).contains("characters-   Succeeded");
    assertThat(narrow.out()).contains("characters-  Succeeded");
  }

  private static String printed(int columns, boolean isTerminal) {
    Screen screen = new Screen(columns, isTerminal, isTerminal, false);
    Table table = new Table("KEY", "DEFAULT", "MEANING");
    table.row("lora_dropout", "0", PROSE);
    table.printProse(screen.terminal());
    return screen.out();
  }
}
