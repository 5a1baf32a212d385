package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.Event;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Lines as KAITO's tuning image writes them to its log.
class HuggingFaceLinesTest {
  private final HuggingFaceLines lines = new HuggingFaceLines();

  private String read(String... log) {
    return Stream.of(log)
        .flatMap(line -> lines.read(line).stream())
        .map(HuggingFaceLinesTest::brief)
        .collect(Collectors.joining(", "));
  }

  private static String brief(Event event) {
    return switch (event) {
      case Event.Step e -> e.step() + "/" + e.steps() + " " + e.loss();
      case Event.Evaluated e -> "eval@" + e.step() + " " + e.loss();
      default -> event.toString();
    };
  }

  @Test
  void aStepOfTransformers4HasItsLossAndItsPlace() {
    List<Event> events =
        lines.read(
            " 45%|████▌     | 27/60 [00:54<01:06,  2.00s/it]\r"
                + "                                               \r"
                + "{'loss': 2.31, 'grad_norm': 1.25, 'learning_rate': 5e-05, 'epoch': 0.45}");
    assertThat(events)
        .containsExactly(new Event.Step(27, 60, 0.45, 2.31, 1.25, 5e-05, 0, 0, 2.0, 0, 0, false));
  }

  @Test
  void aStepOfTransformers5HasQuotedNumbers() {
    assertThat(
            read(
                " 10%|█         | 1/10 [00:01<00:09,  1.00s/it]\r"
                    + "{'loss': '2.773', 'grad_norm': '0.5', 'learning_rate': '9e-05', 'epoch': '0.1'}"))
        .isEqualTo("1/10 2.773");
  }

  @Test
  void aBarWithoutCarriageReturnsOnALineOfItsOwnMovesTheStep() {
    assertThat(
            read(
                "  0%|          | 0/60 [00:00<?, ?it/s]",
                "{'loss': 3.5, 'learning_rate': 1e-4, 'epoch': 0.0}",
                "  2%|▏         | 1/60 [00:02<02:00,  2.0s/it]",
                "  3%|▎         | 2/60 [00:04<02:00,  2.0s/it]"))
        .isEqualTo("0/60 3.5, 1/60 3.5, 2/60 3.5");
  }

  @Test
  void manyBarsInOneLineAreItsLast() {
    assertThat(
            read(
                "  0%|          | 0/4 [00:00<?, ?it/s]\r 25%|##5       | 1/4 [00:01<00:03,  1.0s/it]\r"
                    + " 50%|#####     | 2/4 [00:02<00:02,  1.0s/it]"))
        .isEqualTo("2/4 NaN");
  }

  @Test
  void barsOfLoadingAndMappingAreNotTraining() {
    assertThat(
            read(
                "Loading checkpoint shards: 100%|██████████| 2/2 [00:03<00:00,  1.5s/it]",
                "Map:  45%|████▌     | 450/1000 [00:00<00:00, 4000 examples/s]",
                "Generating train split: 1000 examples [00:00, 9000 examples/s]",
                "100%|██████████| 1/1 [00:00<00:00, 300.0it/s]"))
        .isEmpty();
  }

  @Test
  void anEvaluationOnTheWayMovesNoStep() {
    assertThat(
            read(
                " 50%|█████     | 5/10 [00:05<00:05,  1.0s/it]\r{'loss': 2.0, 'epoch': 0.5}",
                "  0%|          | 0/13 [00:00<?, ?it/s]\r 54%|#####     | 7/13 [00:01<00:01, 7.0it/s]",
                "100%|██████████| 13/13 [00:02<00:00, 6.0it/s]\r{'eval_loss': 1.5, 'eval_runtime': 2.0, 'epoch': 0.5}",
                " 60%|██████    | 6/10 [00:08<00:05,  1.3s/it]\r{'loss': 1.9, 'epoch': 0.6}"))
        .isEqualTo("5/10 2.0, eval@5 1.5, 6/10 1.9");
  }

  @Test
  void aDivergedLossIsOne() {
    assertThat(
            read(
                " 50%|█████     | 5/10 [00:05<00:05,  1.0s/it]\r{'loss': nan, 'grad_norm': nan, 'epoch': 0.5}"))
        .isEqualTo("5/10 NaN");
  }

  @Test
  void aRunTooShortToLogAStepEndsWithItsLoss() {
    assertThat(
            read(
                "  0%|          | 0/4 [00:00<?, ?it/s]\r100%|##########| 4/4 [00:04<00:00,  1.0s/it]\r"
                    + "{'train_runtime': 4.2, 'train_samples_per_second': 9.5, 'train_loss': 2.75, 'epoch': 1.0}"))
        .isEqualTo("4/4 2.75");
  }

  @Test
  void talkIsNoEvent() {
    assertThat(
            read(
                "INFO:root:loading model",
                "{'a': 1}",
                "{",
                "{'loss'",
                "100%",
                "",
                "\r\r",
                "{'loss': }"))
        .isEmpty();
  }

  @Test
  void hoursCount() {
    lines.read("  1%|▏         | 1/60 [1:00:00<59:00:00,  3600.0s/it]");
    List<Event> events =
        lines.read("  3%|▎         | 2/60 [2:00:00<58:00:00, 3600.0s/it]\r{'loss': 1.0}");
    assertThat(((Event.Step) events.getFirst()).seconds()).isEqualTo(3600);
  }
}
