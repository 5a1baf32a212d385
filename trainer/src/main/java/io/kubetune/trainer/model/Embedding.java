package io.kubetune.trainer.model;

import io.kubetune.trainer.load.DenseWeight;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.TrainedWeight;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Token ids [T] to rows of a table, [T,hidden].
///
/// @param factor Gemma multiplies by sqrt(hidden); else 1
/// @param noise NEFTune's alpha (Jain et al. 2023): uniform noise of ±alpha/sqrt(length · hidden),
///   while training
record Embedding(Weight table, double factor, OptionalDouble noise) {

  Pass forward(Tensor ids, Sequence sequence, Frame frame) {
    Tensor kept = frame.save(ids);
    Tensor rows =
        (table instanceof DenseWeight dense ? dense.stored() : table.computed(ScalarType.Float))
            .index_select(0, ids)
            .to(sequence.type());
    Tensor x = factor == 1 ? rows : rows.mul(new Scalar(factor));
    if (noise.isPresent() && frame.recording()) {
      x = x.add(noise(x, sequence, frame));
    }
    return new Pass(
        x,
        dx -> {
          if (table instanceof TrainedWeight trained) {
            Tensor d = Placement.zeros(ScalarType.Float, table.rows(), table.columns());
            trained.accumulate(
                d.index_add_(0, kept, dx.to(ScalarType.Float).mul(new Scalar(factor))));
          }
          return dx;
        });
  }

  boolean isTrained() {
    return table instanceof TrainedWeight;
  }

  private Tensor noise(Tensor x, Sequence sequence, Frame frame) {
    Tensor unit = Placement.empty(ScalarType.Float, x.size(0), x.size(1));
    unit.uniform_(-1, 1, frame.nextGenerator());
    int[] lengths = sequence.lengths();
    Tensor[] bounds = new Tensor[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      double bound = noise.getAsDouble() / Math.sqrt((double) lengths[i] * x.size(1));
      bounds[i] = torch.full(new long[] {lengths[i], 1}, new Scalar(bound));
    }
    return unit.mul_(Placement.here(torch.cat(new TensorVector(bounds), 0))).to(x.scalar_type());
  }
}
