package io.kubetune.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Device;
import io.kubetune.contract.TuneException;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/// The choice of a device on a machine that has no GPU.
class PlacementTest {
  @Test
  void aGpuThatIsNotThereIsRefusedAndNotReplacedByTheHost() {
    assumeTrue(CudaDriver.find().isEmpty(), "SKIPPED: this machine has a GPU");
    assertThatExceptionOfType(TuneException.class)
        .isThrownBy(() -> Placement.choose(Device.CUDA))
        .satisfies(e -> {
          assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_SUPPORTED);
          assertThat(e.problems())
              .anySatisfy(problem -> {
                assertThat(problem.place()).isEqualTo("KubetuneConfig.device");
                assertThat(problem.found()).contains("no NVIDIA driver or no GPU");
                assertThat(problem.remedy()).contains("--gpus 1");
              });
        });
  }

  @Test
  void withoutAGpuAutoIsTheHostAndSaysSo() {
    assumeTrue(CudaDriver.find().isEmpty(), "SKIPPED: this machine has a GPU");
    Placement.choose(Device.AUTO);
    assertThat(Placement.isGpu()).isFalse();
    assertThat(Placement.description()).isEqualTo("cpu");
    assertThat(Placement.gpuUsedBytes()).isEmpty();
    try (Scope scope = new Scope()) {
      assertThat(Placement.zeros(ScalarType.Float, 3).equal(torch.zeros(3))).isTrue();
    }
  }
}
