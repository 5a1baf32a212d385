package io.kubetune.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir Path folder;

  /// In a process of its own, since the peak is the process's.
  @Test
  void threeHundredStepsOfTheRealModelHoldNoMoreThanOneHundred() throws Exception {
    Path config = TinyRun.configure(folder, "max_steps: 300", "save_strategy: \"no\"");
    String text = Files.readString(config);
    Files.writeString(
        config, text.replace("batch_size: 4", "batch_size: 1").replace("steps: 2", "steps: 1"));
    Process process = TinyRun.start(config, folder.resolve("stderr"));
    List<Event.Step> steps;
    try (var lines = process.inputReader()) {
      steps =
          lines
              .lines()
              .map(line -> EventLine.read(line).orElseThrow().event())
              .filter(Event.Step.class::isInstance)
              .map(Event.Step.class::cast)
              .toList();
    }
    int status = process.waitFor();
    assertThat(status).as(Files.readString(folder.resolve("stderr"))).isZero();
    assertThat(steps).hasSize(300);
    long early = steps.get(99).peakMemoryBytes();
    assertThat(steps.getLast().peakMemoryBytes() - early).isLessThan(16 * MEBIBYTE);
  }
}
