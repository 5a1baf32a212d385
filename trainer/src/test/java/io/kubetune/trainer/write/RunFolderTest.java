package io.kubetune.trainer.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();

  @Test
  void aFolderWithSomethingElseInItIsRefusedAndLeftAsItIs() throws Exception {
    Files.writeString(folder.resolve("thesis.tex"), "years of work");
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> RunFolder.claim(folder, true, Set.of()));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.ALREADY_EXISTS);
    assertThat(refused.problems().toString()).contains("thesis.tex");
    Files.writeString(folder.resolve("events.jsonl"), "{\"what\":\"somebody else's events\"}\n");
    Files.createDirectories(folder.resolve("checkpoint-500"));
    assertThatThrownBy(() -> RunFolder.claim(folder, true, Set.of()))
        .isInstanceOf(TuneException.class);
    assertThat(folder.resolve("thesis.tex")).hasContent("years of work");
    assertThat(Files.list(folder)).hasSize(3);
  }

  @Test
  void aNewFolderIsMadeAndAVolumesOwnFilesAreNoRun() throws Exception {
    Path inner = folder.resolve("a/b");
    Files.createDirectories(inner.resolve("lost+found"));
    Files.createFile(inner.resolve("lock"));
    RunFolder.claim(inner, false, Set.of("lock"));
    RunFolder unused = RunFolder.claim(folder.resolve("c"), false, Set.of());
    assertThat(folder.resolve("c")).isEmptyDirectory();
    unused.leaveNothingUnused();
    assertThat(folder.resolve("c")).doesNotExist();
    assertThat(inner).exists();
  }

  @Test
  void aRunOfOursIsGoneOnWithOnlyWhereResumingIsAllowed() throws Exception {
    RunFolder first = RunFolder.claim(folder, true, Set.of());
    first.begin(NumberType.BFLOAT16);
    Files.writeString(folder.resolve("events.jsonl"), line(new Event.Warned("a", "b")));
    Files.createDirectories(folder.resolve("checkpoint-3"));
    RunFolder again = RunFolder.claim(folder, true, Set.of());
    assertThat(again.startedAt()).isEqualTo(first.startedAt());
    assertThat(again.computeType()).contains(NumberType.BFLOAT16);
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> RunFolder.claim(folder, false, Set.of()));
    assertThat(refused.problems().toString()).contains("resume_from_checkpoint: true");
  }

  @Test
  void aFolderThatCannotBeWrittenIsToldOfBeforeTraining() throws Exception {
    // A file system that refuses even the super-user: this process's own entry in /proc.
    TuneException refused =
        catchThrowableOfType(
            TuneException.class, () -> RunFolder.claim(Path.of("/proc/self/fd/x"), true, Set.of()));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.STORAGE);
    assertThat(refused.problems().getFirst().remedy()).isNotEmpty();
  }

  @Test
  void aFinishedRunIsRecognizedAndAnotherRunRefused() throws Exception {
    var completed =
        new Event.Completed(
            7,
            "adapter_model.safetensors",
            1.5,
            70,
            46.6,
            1,
            OptionalDouble.of(2),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    RunFolder run = RunFolder.claim(folder, true, Set.of());
    Files.writeString(
        folder.resolve("events.jsonl"), line(new Event.Warned("a", "b")) + line(completed));
    assertThat(run.completed("abc")).isEmpty();
    run.finish("abc");
    assertThat(run.completed("abc")).contains(completed);
    assertThatThrownBy(() -> run.completed("abd"))
        .isInstanceOf(TuneException.class)
        .extracting("exitCode")
        .isEqualTo(ExitCode.ALREADY_EXISTS);
  }

  @Test
  void eventsBehindACheckpointAreCutOffAndItsOwnLineStays() throws Exception {
    Path file = folder.resolve("events.jsonl");
    long length;
    try (EventWriter events = writer()) {
      events.openFile(file, 0);
      events.emit(new Event.Warned("a", "b"));
      length = events.sync();
      events.emit(new Event.Checkpointed(1, "checkpoint-1", false));
      events.emit(new Event.Warned("will", "happen again"));
    }
    String all = stdout.toString(StandardCharsets.UTF_8);
    assertThat(file).hasContent(all);
    Files.writeString(file, all + "{\"event\":\"half a li");
    try (EventWriter events = writer()) {
      events.openFile(file, length);
      events.emit(new Event.Warned("c", "d"));
    }
    List<Event> kept =
        Files.readAllLines(file).stream()
            .map(l -> EventLine.read(l).orElseThrow().event())
            .toList();
    assertThat(kept)
        .containsExactly(
            new Event.Warned("a", "b"),
            new Event.Checkpointed(1, "checkpoint-1", false),
            new Event.Warned("c", "d"));
    try (EventWriter events = writer()) {
      events.openFile(file, 0);
    }
    assertThat(file).isEmptyFile();
  }

  @Test
  void aFullDiskIsAStorageErrorWithWhatToDo() {
    try (EventWriter events = writer()) {
      events.openFile(Path.of("/dev/full"), 0);
      TuneException full =
          catchThrowableOfType(TuneException.class, () -> events.emit(new Event.Warned("a", "b")));
      assertThat(full.exitCode()).isEqualTo(ExitCode.STORAGE);
      assertThat(full.problems().getFirst().found()).contains("No space left on device");
      assertThat(full.problems().getFirst().remedy()).contains("save_total_limit");
    }
    assertThat(stdout.toString(StandardCharsets.UTF_8)).endsWith("}\n");
  }

  private EventWriter writer() {
    return new EventWriter(new PrintStream(stdout, false, StandardCharsets.UTF_8));
  }

  private static String line(Event event) {
    return EventLine.write(TimedEvent.now(event)) + "\n";
  }
}
