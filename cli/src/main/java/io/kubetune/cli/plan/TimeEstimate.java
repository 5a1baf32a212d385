package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How long training will take, about: its arithmetic by a rate of the hardware.
///
/// LoRA without recomputation does F = 4·P + 7·S·d·L + 6·N floating-point operations a token, with
/// recomputation 6·P + 9·S·d·L + 6·N: P weights that are multiplied with (the embedding is looked
/// up), S mean length of a document, d width, L layers, N trained parameters (counted by hand from
/// the products of forward and backward pass).
///
/// ```
/// TimeEstimate.of(plan, workload, Optional.empty()).map(TimeEstimate::duration)
/// ```
///
/// @param basis the rate, in words
public record TimeEstimate(Duration duration, String basis) {
  /// Dense bf16, in TFLOP/s, from NVIDIA's data sheets; by a part of the product's label.
  private static final Map<String, Double> PEAKS =
      Map.of(
          "H200", 989.0, "H100", 989.0, "A100", 312.0, "L40S", 362.0, "A10", 125.0, "L4", 121.0,
          "B200", 2250.0);

  /// What good training loops reach of it.
  private static final double SHARE_OF_PEAK = 0.4;

  /// Measured with `kubetune-trainer bench-gemm` on server CPUs of the last years: between 60 and
  /// 150 in fp32. Half of it is lost to what is no product of matrices.
  private static final double GFLOPS_A_CPU = 80;

  private static final double SHARE_OF_PRODUCTS = 0.5;

  /// @param gpu what the nodes' GPUs are
  /// @return empty where the model's sizes or the hardware are not known
  public static Optional<TimeEstimate> of(TunePlan plan, Workload work, Optional<String> gpu) {
    int gpus = plan.resources().gpus();
    Optional<Double> gigaflops =
        gpus > 0
            ? gpu.flatMap(TimeEstimate::peak).map(peak -> 1000 * peak * SHARE_OF_PEAK * gpus)
            : Optional.of(cpus(plan) * GFLOPS_A_CPU * SHARE_OF_PRODUCTS);
    return plan.model()
        .flatMap(model ->
            gigaflops.map(rate -> {
              double flops = flopsAToken(model, plan, work) * tokens(plan, work);
              return new TimeEstimate(
                  Duration.ofSeconds(Math.max(1, Math.round(flops / (rate * 1e9)))),
                  gpus > 0
                      ? "its arithmetic at %d %% of %d × %s"
                          .formatted((int) (100 * SHARE_OF_PEAK), gpus, gpu.get())
                      : "its arithmetic at %.0f GFLOP/s".formatted(rate));
            }));
  }

  private static double cpus(TunePlan plan) {
    return Quantity.getAmountInBytes(new Quantity(plan.resources().cpu())).doubleValue();
  }

  private static Optional<Double> peak(String product) {
    return PEAKS.entrySet().stream()
        .filter(each -> product.matches(".*\\b" + each.getKey() + "\\b.*"))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  static double flopsAToken(ModelDimensions model, TunePlan plan, Workload work) {
    TrainingConfig config = plan.config().config();
    double multiplied =
        (double) model.linearParameters() + (double) model.vocabulary() * model.hidden();
    double length =
        Math.min(
            config.training().maxLengthTokens(),
            (double) work.estimatedTokens() / Math.max(1, work.trainRows()));
    double attention = length * model.hidden() * model.layers();
    boolean recomputes = config.kubetune().memory() == Memory.SMALL;
    return (recomputes ? 6 : 4) * multiplied
        + (recomputes ? 9 : 7) * attention
        + 6.0 * plan.trainableParameters().orElse(0L);
  }

  /// Of all steps: an epoch has those of its rows.
  private static double tokens(TunePlan plan, Workload work) {
    var training = plan.config().config().training();
    double rows =
        (double) work.steps()
            * training.documentsPerMicroStep()
            * training.gradientAccumulationSteps();
    double aRow =
        training.packing()
            ? training.maxLengthTokens()
            : (double) work.estimatedTokens() / Math.max(1, work.trainRows());
    return rows * Math.min(aRow, training.maxLengthTokens());
  }
}
