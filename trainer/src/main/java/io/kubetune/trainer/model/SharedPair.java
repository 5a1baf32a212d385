package io.kubetune.trainer.model;

import io.kubetune.trainer.lora.LowRank;
import io.kubetune.trainer.lora.Targets;
import io.kubetune.trainer.lora.Trained;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// One A and one B for all experts of a layer, as PEFT adapts a fused tensor (`lora.ParamWrapper`
/// of peft 0.21).
///
/// Expert e has rows [e·r, (e+1)·r) of A, and columns e, e+E, e+2E, … of B.
///
/// @param a [E·r, in]
/// @param b [out, r·E]
record SharedPair(Trained a, Trained b, Targets.Shape shape, int experts) {

  LowRank ofExpert(int expert) {
    int r = shape.r();
    Trained aSlice = new View(a, whole -> whole.narrow(0, (long) expert * r, r));
    Trained bSlice = new View(b, whole -> whole.view(whole.size(0), r, experts).select(2, expert));
    return new LowRank(aSlice, bSlice, Optional.empty(), r, shape.scale(), 0);
  }

  /// For a tensor of one expert: the router.
  LowRank whole() {
    return new LowRank(a, b, Optional.empty(), shape.r(), shape.scale(), 0);
  }

  private record View(Trained of, java.util.function.UnaryOperator<Tensor> slice)
      implements Trained {
    @Override
    public Tensor value() {
      return slice.apply(of.value());
    }

    @Override
    public Tensor gradient() {
      return slice.apply(of.gradient());
    }
  }
}
