package io.kubetune.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Words on a screen, and beside it.
class ProseTest {
  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

  @Test
  void linesAreBrokenBetweenWordsAndAPathStaysWholeToBeCopied() {
    assertThat(Prose.lines("    try: give where it goes", 2, 14))
        .containsExactly("    try: give", "      where it", "      goes");
    assertThat(Prose.lines("in /a/long/path/that/stays here", 12))
        .containsExactly("in", "/a/long/path/that/stays", "here");
    assertThat(Prose.lines("one\ntwo  three", 80)).containsExactly("one", "two  three");
  }

  @Test
  void coloursTakeNoRoomOfALine() {
    assertThat(Prose.lines("\u001b[31mError:\u001b[0m it is", 12)).hasSize(1);
  }

  @Test
  void aDigestThatDoesNotFitBesideItsLabelGetsALineOfItsOwnAndToAPipeItStays() {
    Screen screen = new Screen(80);
    new Labels(screen.terminal()).line("Digest", DIGEST);
    assertThat(screen.out()).isEqualTo("Digest:\n  " + DIGEST + "\n");

    Screen wide = new Screen(160);
    new Labels(wide.terminal()).line("Digest", DIGEST);
    assertThat(wide.out()).isEqualTo("Digest:      " + DIGEST + "\n");

    Screen pipe = new Screen(80, false, true, false);
    new Labels(pipe.terminal()).line("Digest", DIGEST);
    assertThat(pipe.out()).isEqualTo("Digest:      " + DIGEST + "\n");
  }

  @Test
  void valuesGoOnBelowWhereTheyBegan() {
    Screen screen = new Screen(40);
    new Labels(screen.terminal())
        .line("Why", "no node has room for it now, as all are taken\nreally");
    assertThat(screen.out())
        .isEqualTo(
            """
            Why:         no node has room for it
                         now, as all are taken
                         really
            """);
  }
}
