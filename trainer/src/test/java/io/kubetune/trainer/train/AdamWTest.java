package io.kubetune.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.zeros;

import io.kubetune.trainer.files.SafetensorsRestore;
import io.kubetune.trainer.files.SafetensorsWriter.Named;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Parameters.Declaration;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/// Against 25 steps of torch.optim.AdamW; `make_adamw_golden.py` wrote them.
class AdamWTest {
  private static final int STEPS = 25;
  private static final int VALUES = 61;
  private static final int DECAYED = 37;

  @Test
  void everyValueAndNormAfterEveryStepIsTorchs() throws Exception {
    Path golden = Path.of(AdamWTest.class.getResource("/train/adamw.safetensors").toURI());
    try (var scope = new PointerScope();
        var parameters = parameters()) {
      Tensor gradients = zeros(STEPS, VALUES);
      Tensor rates = zeros(STEPS);
      Tensor norms = zeros(STEPS);
      Tensor values = zeros(STEPS, VALUES);
      SafetensorsRestore.into(
          List.of(
              new Named("start", parameters.values()),
              new Named("gradients", gradients),
              new Named("rates", rates),
              new Named("norms", norms),
              new Named("values", values)),
          golden);
      try (var optimizer = new AdamW(parameters, new AdamW.Settings(0.9, 0.95, 1e-6, 0.1))) {
        int clipped = 0;
        for (int s = 0; s < STEPS; s++) {
          parameters.gradients().copy_(gradients.select(0, s));
          double norm = GradientClip.clip(parameters.gradients(), 20);
          clipped += norm > 20 ? 1 : 0;
          optimizer.update(rates.select(0, s).item_float());
          double expectedNorm = norms.select(0, s).item_double();
          assertThat(norm).isCloseTo(expectedNorm, within(1e-6 * expectedNorm));
          double deviation = parameters.values().sub(values.select(0, s)).abs().max().item_double();
          assertThat(deviation).as("step %d", s).isLessThan(3e-7);
        }
        assertThat(clipped).as("steps that were clipped").isBetween(3, STEPS - 3);
        assertThat(optimizer.updates()).isEqualTo(STEPS);
      }
    }
  }

  @Test
  void aNormOfZeroAsMaximumNeverClips() {
    try (var scope = new PointerScope();
        var parameters = parameters()) {
      parameters.gradients().fill_(new org.bytedeco.pytorch.Scalar(100f));
      assertThat(GradientClip.clip(parameters.gradients(), 0))
          .isCloseTo(100 * Math.sqrt(VALUES), within(1e-3));
      assertThat(parameters.gradients().max().item_double()).isEqualTo(100);
    }
  }

  private static Parameters parameters() {
    return new Parameters(
        List.of(
            new Declaration("bias", new long[] {VALUES - DECAYED}, false),
            new Declaration("weight", new long[] {DECAYED}, true)));
  }
}
