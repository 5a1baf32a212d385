package io.kubetune.trainer.model;

import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.LowRank;
import io.kubetune.trainer.lora.ParameterPlan;
import io.kubetune.trainer.lora.ParameterPlan.Initial;
import io.kubetune.trainer.lora.ParameterPlan.Slot;
import io.kubetune.trainer.lora.Targets;
import io.kubetune.trainer.lora.Trained;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Declares the parameters of each adapter, under the names and with the initial values that PEFT
/// gives them.
///
/// @param plan where they are declared
record AdapterParameters(Lora lora, ParameterPlan plan) {
  /// What PEFT's wrapper puts before every name of the base model.
  static final String PEFT_PREFIX = "base_model.model.";

  private Initial initialA(long in, int r) {
    return switch (lora.init()) {
      case KAIMING -> new Initial.Uniform(1 / Math.sqrt(in));
      case GAUSSIAN -> new Initial.Normal(1.0 / r);
    };
  }

  /// A [r,in] and B [out,r] of one linear, and with DoRA its magnitude.
  ///
  /// @param weight the product that the linear is part of, from row `start`
  LowRank ofLinear(
      String module, Targets.Shape shape, long in, long out, Weight weight, long start) {
    String name = PEFT_PREFIX + module;
    Slot a = plan.declare(name + ".lora_A.weight", true, initialA(in, shape.r()), shape.r(), in);
    Slot b = plan.declare(name + ".lora_B.weight", true, new Initial.Zero(), out, shape.r());
    Optional<Trained> magnitude =
        lora.dora()
            ? Optional.of(
                plan.declare(
                    name + ".lora_magnitude_vector",
                    true,
                    new Initial.CopyOf(
                        () -> rowNorm(weight.computed(ScalarType.Float).narrow(0, start, out))),
                    out))
            : Optional.empty();
    return new LowRank(a, b, magnitude, shape.r(), shape.scale(), lora.dropout());
  }

  private static Tensor rowNorm(Tensor w) {
    return w.to(ScalarType.Float).square().sum(1).sqrt();
  }

  /// A pair of parameters for a fused tensor: A [experts·r, in] and B [out, r·experts].
  SharedPair ofFusedTensor(String module, Targets.Shape shape, int experts, long in, long out) {
    String name = PEFT_PREFIX + module;
    long rank = (long) shape.r() * experts;
    return new SharedPair(
        plan.declare(name + ".lora_A.weight", true, initialA(in, shape.r()), rank, in),
        plan.declare(name + ".lora_B.weight", true, new Initial.Zero(), out, rank),
        shape,
        experts);
  }
}
