package io.kubetune.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Parameters.Declaration;
import io.kubetune.trainer.tensor.Scope;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/// Against 25 steps of torch.optim.AdamW; `make_adamw_golden.py` wrote them.
class AdamWTest {
  private static final int STEPS = 25;
  private static final int VALUES = 61;
  private static final int DECAYED = 37;

  @Test
  void everyValueAndNormAfterEveryStepIsTorchs() throws Exception {
    Path path = Path.of(AdamWTest.class.getResource("/train/adamw.safetensors").toURI());
    try (Safetensors golden = Safetensors.open(path);
        Arena arena = Arena.ofConfined();
        Scope scope = new Scope();
        var parameters = parameters()) {
      Tensor gradients = golden.map("gradients", arena); // [25, 61]
      Tensor rates = golden.map("rates", arena); // [25]
      Tensor norms = golden.map("norms", arena); // [25]
      Tensor values = golden.map("values", arena); // [25, 61]
      parameters.values().copy_(golden.map("start", arena));
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
    try (Scope scope = new Scope();
        var parameters = parameters()) {
      parameters.gradients().fill_(new Scalar(100f));
      assertThat(GradientClip.clip(parameters.gradients(), 0))
          .isCloseTo(100 * Math.sqrt(VALUES), within(1e-3));
      assertThat(parameters.gradients().max().item_double()).isEqualTo(100);
    }
  }

  @Test
  void theNormOfMillionsOfValuesLosesNone() {
    try (Scope scope = new Scope()) {
      Tensor gradients = torch.randn(3_000_001).mul(new Scalar(1e-3));
      double exact = gradients.to(ScalarType.Double).square().sum().sqrt().item_double();
      assertThat(GradientClip.clip(gradients, 0)).isCloseTo(exact, within(1e-7 * exact));
      gradients.narrow(0, 12345, 1).fill_(new Scalar(Double.NaN));
      assertThat(GradientClip.clip(gradients, 1)).isNaN();
    }
  }

  private static Parameters parameters() {
    return new Parameters(
        List.of(
            new Declaration("bias", new long[] {VALUES - DECAYED}, false),
            new Declaration("weight", new long[] {DECAYED}, true)));
  }
}
