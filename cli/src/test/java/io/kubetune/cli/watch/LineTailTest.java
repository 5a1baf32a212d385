package io.kubetune.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineTailTest {
  @TempDir Path folder;

  private Path file;
  private LineTail tail;

  @BeforeEach
  void aFileThatIsNotThereYet() {
    file = folder.resolve("events.jsonl");
    tail = new LineTail(file);
  }

  @Test
  void aFileThatIsNotThereYetHasNoLinesAndIsReadWhenItComes() throws IOException {
    assertThat(tail.poll()).isEmpty();

    write("one\n");

    assertThat(tail.poll()).containsExactly("one");
  }

  @Test
  void aLineIsToldOnceAndOnlyWhenItHasEnded() throws IOException {
    write("one\ntw");
    assertThat(tail.poll()).containsExactly("one");
    assertThat(tail.poll()).isEmpty();

    write("o\nthree\n");

    assertThat(tail.poll()).containsExactly("two", "three");
    assertThat(tail.poll()).isEmpty();
  }

  @Test
  void aCharacterCutInTwoByTheWriterIsWhole() throws IOException {
    byte[] bytes = "größe\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Files.write(file, java.util.Arrays.copyOf(bytes, 3));
    assertThat(tail.poll()).isEmpty();

    Files.write(
        file, java.util.Arrays.copyOfRange(bytes, 3, bytes.length), StandardOpenOption.APPEND);

    assertThat(tail.poll()).containsExactly("größe");
  }

  @Test
  void whatATrainerDropsWhenItResumesIsNotToldTwice() throws IOException {
    write("one\ntwo\nthree\n");
    tail.poll();
    Files.writeString(file, "one\n");
    assertThat(tail.poll()).isEmpty();

    write("two again\n");

    assertThat(tail.poll()).containsExactly("two again");
  }

  @Test
  void aFileThatWasReplacedIsReadFromItsStart() throws IOException {
    write("one\ntwo\n");
    tail.poll();
    Path other = Files.writeString(folder.resolve("other"), "uno\ndos\ntres\n");

    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(tail.poll()).containsExactly("uno", "dos", "tres");
  }

  @Test
  void aLongFileComesInPartsWithoutALineLost() throws IOException {
    String line = "x".repeat(1000);
    write((line + "\n").repeat(3000));

    List<String> lines = new ArrayList<>();
    int parts = 0;
    for (List<String> part = tail.poll(); !part.isEmpty(); part = tail.poll()) {
      lines.addAll(part);
      parts++;
    }

    assertThat(lines).hasSize(3000).containsOnly(line);
    assertThat(parts).isGreaterThan(2);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
