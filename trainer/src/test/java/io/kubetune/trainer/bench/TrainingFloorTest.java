package io.kubetune.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.trainer.load.ModelConfig;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TrainingFloorTest {
  private static final Path TINY =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples", "tiny-llama");

  @Test
  void everyLinearOfTheModelIsCountedOnce() {
    List<LinearShape> shapes = LinearShape.ofLlama(ModelConfig.read(TINY));

    // 2,755,008 parameters by the model's safetensors header; what no product reads are the norms,
    // and the tied head is the embedding itself.
    long norms = 192L * (2 * 6 + 1);
    assertThat(shapes.stream().mapToLong(LinearShape::parameters).sum() + norms)
        .isEqualTo(2_755_008L);
    // q, o: 192+192; k, v: 192+64; gate, up, down: 192+512; rank 16, 6 layers
    assertThat(shapes.stream().filter(s -> !s.isHead()).mapToLong(s -> s.loraParameters(16)).sum())
        .isEqualTo(16L * 6 * (2 * 384 + 2 * 256 + 3 * 704));
  }

  @Test
  void theFloorIsTheWorkOfATokenDividedByTheRate() {
    List<GemmRate> rates =
        LinearShape.ofLlama(ModelConfig.read(TINY)).stream()
            .map(shape -> new GemmRate(shape, 1e9, 1e9))
            .toList();
    TrainingFloor floor =
        new TrainingFloor(rates, ScalarType.Float, new TrainingFloor.Load(512, 100, 0.5, 16));

    double blocks = 2_755_008 - 192 * 13 - 2048 * 192;
    double expected =
        4 * (blocks + 0.5 * 2048 * 192)
            + 7.0 * 100 * 192 * 6
            + 6.0 * 16 * 6 * (2 * 384 + 2 * 256 + 3 * 704);
    assertThat(floor.operationsPerToken()).isEqualTo(expected);
    assertThat(floor.tokensPerSecond()).isCloseTo(1e9 / expected, within(1e-6));
  }

  @Test
  void theMeasuredRateIsThatOfTheMachineAndNotOfAnEmptyLoop() {
    GemmRate rate = GemmRate.measure(new LinearShape("x", 256, 256, 1), 256, ScalarType.Float);

    // A core does some 1e9 to 1e11 operations a second; 1e14 would be a product that never ran.
    assertThat(rate.forwardFlops()).isBetween(1e8, 1e14);
    assertThat(rate.backwardFlops()).isBetween(1e8, 1e14);
  }
}
