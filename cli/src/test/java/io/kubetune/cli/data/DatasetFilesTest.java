package io.kubetune.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.publish.SmallDisk;
import io.kubetune.cli.registry.Tool;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several files, folders, full disks and processes that are ended: what is read, and what is left.
class DatasetFilesTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private DataFacts normalise(Path... files) {
    List<String> named = Stream.of(files).map(Path::toString).toList();
    return Dataset.normalise(NormaliseRequest.of(named, folder.resolve("out")));
  }

  private TuneException refused(Path... files) throws Exception {
    TuneException e = catchThrowableOfType(TuneException.class, () -> normalise(files));
    assertThat(e).as("refused").isNotNull();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(each -> !Arrays.asList(files).contains(each)))
          .as("nothing is left behind")
          .isEmpty();
    }
    return e;
  }

  @Test
  void ofADatasetDictOnlyTheTrainSplitIsTaken() throws Exception {
    for (String split : List.of("train", "test")) {
      Path saved = Files.createDirectories(folder.resolve("dict").resolve(split));
      for (String name : List.of("data-00000-of-00001.arrow", "state.json", "dataset_info.json")) {
        Files.copy(Goldens.datasets().resolve("saved_to_disk").resolve(name), saved.resolve(name));
      }
    }
    file("dict/dataset_dict.json", "{\"splits\": [\"train\", \"test\"]}");
    DataFacts facts = normalise(folder.resolve("dict"));
    assertThat(facts.rows()).isEqualTo(12);
    assertThat(facts.warnings().getFirst().place()).contains("test");
  }

  @Test
  void severalFilesAreOneDatasetInTheirOrder() throws Exception {
    Path first = file("b.jsonl", "{\"prompt\":\"1\",\"completion\":\"x\"}\n");
    Path second = file("a.csv", "completion,prompt\ny,2\n");
    Path third = file("c.tsv", "prompt\tcompletion\n3\tz\n");
    DataFacts facts = normalise(first, second, third);
    assertThat(Files.readAllLines(facts.folder().resolve("train.jsonl")))
        .containsExactly(
            "{\"prompt\":\"1\",\"completion\":\"x\"}",
            "{\"prompt\":\"2\",\"completion\":\"y\"}",
            "{\"prompt\":\"3\",\"completion\":\"z\"}");
  }

  @Test
  void aFileOfAnotherFormIsRefusedAtItsHeader() throws Exception {
    Path first = file("b.jsonl", "{\"prompt\":\"1\",\"completion\":\"x\"}\n");
    Path second = file("a.csv", "text\nhello\n");
    TuneException e = refused(first, second);
    assertThat(e.problems().getFirst().place()).endsWith("a.csv:1 prompt");
  }

  @Test
  void aFullDiskIsSaidAndLeavesNothing() throws Exception {
    Path disk = SmallDisk.mountOrSkip(folder.resolve("disk"), 1);
    try {
      Path rows = file("rows.jsonl", ("{\"text\":\"" + "x".repeat(1000) + "\"}\n").repeat(3000));
      TuneException e =
          catchThrowableOfType(
              TuneException.class,
              () ->
                  Dataset.normalise(
                      NormaliseRequest.of(List.of(rows.toString()), disk.resolve("out"))));
      assertThat(e.exitCode()).isEqualTo(ExitCode.STORAGE);
      try (Stream<Path> left = Files.list(disk)) {
        assertThat(left).isEmpty();
      }
    } finally {
      SmallDisk.unmount(disk);
    }
  }

  @Test
  void anInterruptedProcessLeavesNothing() throws Exception {
    Path rows = folder.resolve("fifo.jsonl");
    Tool.run(List.of("mkfifo", rows.toString()));
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.kubetune.cli.Main",
                "data",
                "normalise",
                rows.toString(),
                "--to",
                out.toString())
            .redirectErrorStream(true)
            .start();
    try (OutputStream begun = Files.newOutputStream(rows)) {
      begun.write("{\"text\":\"a\"}\n".getBytes(StandardCharsets.US_ASCII));
      process.toHandle().destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(rows);
    }
  }
}
