package io.kubetune.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TimedEvent;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real trainer on a real model, killed.
class ResumeTest {
  private static final int STEPS = 9;
  private static final String[] TRAINING = {
    "max_steps: " + STEPS,
    "save_steps: 2",
    "save_total_limit: 2",
    "eval_strategy: steps",
    "eval_steps: 2",
    "load_best_model_at_end: true",
    "neftune_noise_alpha: 5", // with the dropout of TinyRun: random numbers in every micro-step
    "packing: true",
    "max_length: 128",
  };

  @TempDir Path folder;

  @Test
  void killedAtTenRandomMomentsTheRunEndsInTheSameBytes() throws Exception {
    Path whole = Files.createDirectories(folder.resolve("whole"));
    int status = run(whole, Integer.MAX_VALUE, 0);
    assertThat(status).as(stderr(whole)).isZero();
    long seed = System.nanoTime();
    System.err.println("ResumeTest kills at moments of seed " + seed);
    Random random = new Random(seed);
    Path killed = Files.createDirectories(folder.resolve("killed"));
    for (int kill = 0; kill < 10; kill++) {
      // Early kills fall into start-up, before the first checkpoint; later ones anywhere.
      run(killed, random.nextInt(kill < 2 ? 3 : 9), random.nextInt(300));
    }
    status = run(killed, Integer.MAX_VALUE, 0);
    assertThat(status).as(stderr(killed)).isZero();

    assertThat(results(killed)).isEqualTo(results(whole));
    for (String name : List.of("adapter_model.safetensors", "adapter_config.json")) {
      assertThat(killed.resolve("out").resolve(name))
          .hasSameBinaryContentAs(whole.resolve("out").resolve(name));
    }
    List<Event> events = events(killed);
    assertThat(of(events, Event.Step.class)).extracting(Event.Step::step).isEqualTo(steps());
    List<Double> losses = of(events, Event.Step.class).stream().map(Event.Step::loss).toList();
    assertThat(losses)
        .isEqualTo(of(events(whole), Event.Step.class).stream().map(Event.Step::loss).toList());
    assertThat(events.getLast()).isInstanceOf(Event.Completed.class);
    assertThat(of(events, Event.Started.class).getLast().resumedFromStep()).isPresent();
  }

  @Test
  void askedToStopItWritesACheckpointAndEndsWithTheCodeThatMeansGoOn() throws Exception {
    Path config = TinyRun.configure(folder, TRAINING);
    Process process = TinyRun.start(config, folder.resolve("stderr"));
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().filter(line -> line.contains("\"event\":\"step\"")).findFirst();
      process.toHandle().destroy(); // SIGTERM
      lines.lines().forEach(line -> {});
    }
    assertThat(process.waitFor()).as(stderr(folder)).isEqualTo(ExitCode.RESUME_ME.code());
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .anyMatch(name -> name.startsWith("checkpoint-"))
          .noneMatch(name -> name.endsWith(".partial"));
    }
    assertThat(events(folder).getLast())
        .isInstanceOfSatisfying(
            Event.Failed.class, failed -> assertThat(failed.code()).isEqualTo("resume_me"));
    assertThat(run(folder, Integer.MAX_VALUE, 0)).isZero();
    assertThat(of(events(folder), Event.Step.class))
        .extracting(Event.Step::step)
        .isEqualTo(steps());
  }

  /// Runs the trainer, and kills it with -9 so many lines of events and milliseconds after its
  /// start.
  ///
  /// @return its exit status
  private int run(Path folder, int lines, int milliseconds) throws Exception {
    Path config = TinyRun.configure(folder, TRAINING);
    Process process = TinyRun.start(config, folder.resolve("stderr"));
    try (BufferedReader events = process.inputReader()) {
      int seen = 0;
      while (seen < lines && events.readLine() != null) {
        seen++;
      }
      Thread.sleep(milliseconds);
      process.toHandle().destroyForcibly();
    }
    return process.waitFor();
  }

  private static List<String> results(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private static String stderr(Path folder) throws Exception {
    return Files.readString(folder.resolve("stderr"));
  }

  private static List<Event> events(Path folder) throws Exception {
    return Files.readAllLines(folder.resolve("out/events.jsonl")).stream()
        .map(EventLine::read)
        .map(Optional::orElseThrow)
        .map(TimedEvent::event)
        .toList();
  }

  private static <T extends Event> List<T> of(List<Event> events, Class<T> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static List<Integer> steps() {
    return IntStream.rangeClosed(1, STEPS).boxed().toList();
  }
}
