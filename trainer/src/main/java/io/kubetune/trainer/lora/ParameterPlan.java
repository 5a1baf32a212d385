package io.kubetune.trainer.lora;

import io.kubetune.trainer.lora.Parameters.Declaration;
import io.kubetune.trainer.lora.Parameters.Parameter;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Collects what a model wants to train while it is built, then makes all of it at once.
///
/// The flat buffers of [Parameters] need every size first; so a block declares a [Slot], and the
/// slot has its tensors after [#bind]. Initial values are drawn in the order of declaration from
/// one generator.
public final class ParameterPlan {

  /// Where one trained parameter will be.
  public static final class Slot implements Trained {
    private final Declaration declaration;
    private final Initial initial;
    private Parameter bound;

    private Slot(Declaration declaration, Initial initial) {
      this.declaration = declaration;
      this.initial = initial;
    }

    public String name() {
      return declaration.name();
    }

    /// fp32, of the declared shape.
    @Override
    public Tensor value() {
      return bound.value();
    }

    /// fp32, of the declared shape; add into it.
    @Override
    public Tensor gradient() {
      return bound.gradient();
    }
  }

  /// How a parameter starts.
  public sealed interface Initial {
    record Zero() implements Initial {}

    /// Uniform in ±bound.
    record Uniform(double bound) implements Initial {}

    record Normal(double deviation) implements Initial {}

    /// The values of a tensor that exists when the plan is bound.
    record CopyOf(java.util.function.Supplier<Tensor> source) implements Initial {}
  }

  private final List<Slot> slots = new ArrayList<>();

  public Slot declare(String name, boolean decays, Initial initial, long... shape) {
    Slot slot = new Slot(new Declaration(name, shape, decays), initial);
    slots.add(slot);
    return slot;
  }

  public Parameters bind(long seed) {
    Parameters parameters = new Parameters(slots.stream().map(s -> s.declaration).toList());
    Generator generator = torch.make_generator_cpu(seed);
    GeneratorOptional random = new GeneratorOptional(generator);
    for (Slot slot : slots) {
      slot.bound = parameters.named(slot.declaration.name());
      try (Scope scope = new Scope()) {
        switch (slot.initial) {
          case Initial.Zero() -> slot.value().zero_();
          case Initial.Uniform(double bound) ->
              drawn(slot, values -> values.uniform_(-bound, bound, random));
          case Initial.Normal(double deviation) ->
              drawn(slot, values -> values.normal_(0, deviation, random));
          case Initial.CopyOf(var source) -> slot.value().copy_(source.get());
        }
      }
    }
    return parameters;
  }

  /// Drawn on the host wherever training is, so that a GPU starts from the same values as a CPU.
  private static void drawn(Slot slot, Consumer<Tensor> draw) {
    Tensor values = HostArrays.empty(ScalarType.Float, slot.declaration.shape());
    draw.accept(values);
    slot.value().copy_(values);
  }
}
