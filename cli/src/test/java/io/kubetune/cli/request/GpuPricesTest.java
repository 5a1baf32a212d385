package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GpuPricesTest {
  @Test
  void theExampleIsReadAndAProductGoesBeforeTheDefault() throws Exception {
    Path example = Path.of(System.getProperty("kubetune.root"), "templates", "config.yaml");
    GpuPrices prices = UserConfig.read(example.toString(), Files.readString(example)).prices();

    assertThat(prices.currency()).isEqualTo("USD");
    assertThat(prices.ofHour(Optional.of("NVIDIA-H100-80GB-HBM3"))).hasValue(3.2);
    assertThat(prices.ofHour(Optional.empty())).hasValue(2.0);
  }

  @Test
  void everyProblemOfTheFileIsToldWithItsLine() {
    assertThatThrownBy(
            () -> UserConfig.read("config.yaml", "gpuHourPrices:\n  a: x\n  b: -1\ncurency: EUR\n"))
        .isInstanceOfSatisfying(
            TuneException.class,
            e ->
                assertThat(e.problems())
                    .extracting(problem -> problem.toString())
                    .satisfiesExactly(
                        a -> assertThat(a).startsWith("config.yaml:2 gpuHourPrices.a"),
                        b -> assertThat(b).startsWith("config.yaml:3 gpuHourPrices.b"),
                        c ->
                            assertThat(c)
                                .startsWith("config.yaml:4 curency")
                                .contains("currency")));
  }

  @Test
  void withoutAFileThereAreNoPrices() {
    assertThat(UserConfig.of(Map.of("HOME", "/no/such/home")).prices().ofHour(Optional.empty()))
        .isEmpty();
  }
}
