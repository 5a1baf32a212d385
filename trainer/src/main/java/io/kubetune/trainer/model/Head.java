package io.kubetune.trainer.model;

import io.kubetune.trainer.kernel.HostKernels;
import io.kubetune.trainer.load.DenseWeight;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.TrainedWeight;
import io.kubetune.trainer.lora.VectorWeight;
import io.kubetune.trainer.lora.WeightProduct;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The final projection onto the vocabulary and the cross-entropy behind it, in chunks of rows.
///
/// The derivative is computed with the loss, so a whole [T,V] tensor of logits never exists:
/// `dlogits = scale · (softmax(logits) − onehot(target))`.
///
/// @param weight [V,hidden]; with tied embeddings the embedding's own
/// @param softcap 0: none; else logits = cap·tanh(logits/cap) (Gemma 2)
/// @param chunkLogits a chunk has at most so many values
record Head(Weight weight, Optional<VectorWeight> bias, double softcap, long chunkLogits) {
  /// Logits of a chunk: 32 MB in fp32, or a quarter of that where memory counts for more than time;
  /// on a GPU as many as keep it busy (256 MB).
  private static final long CHUNK_LOGITS = 8L << 20;

  private static final long CHUNK_LOGITS_SMALL = 2L << 20;
  private static final long CHUNK_LOGITS_GPU = 64L << 20;

  /// @param small whether less memory is worth some time
  Head(Weight weight, Optional<VectorWeight> bias, double softcap, boolean small) {
    this(
        weight,
        bias,
        softcap,
        Placement.isGpu() ? CHUNK_LOGITS_GPU : small ? CHUNK_LOGITS_SMALL : CHUNK_LOGITS);
  }

  /// @param crossEntropy sum over the rows, one fp64
  /// @param correct rows whose likeliest token is the target, one int64; counted where no
  ///   derivative is asked for
  /// @param rows n
  /// @param dHidden [n,hidden]; null where it was not asked for
  record Loss(Tensor crossEntropy, Tensor correct, long rows, Tensor dHidden) {
    /// Waits for the GPU.
    CausalLm.LossSum sum() {
      return new CausalLm.LossSum(crossEntropy.item_double(), correct.item_long(), rows);
    }
  }

  /// [n,hidden] to [n,V] fp32.
  Tensor logits(Tensor hidden) {
    Tensor logits = project(hidden).to(ScalarType.Float);
    bias.ifPresent(b -> logits.add_(b.value(ScalarType.Float)));
    return softcap == 0
        ? logits
        : logits.div_(new Scalar(softcap)).tanh_().mul_(new Scalar(softcap));
  }

  /// hidden · Wᵀ, [n,V]. A table of another type than `hidden` is converted a slice at a time: as a
  /// whole it would be the largest tensor of all.
  private Tensor project(Tensor hidden) {
    if (isAsStored(hidden)) {
      return WeightProduct.of(hidden, weight);
    }
    Tensor logits = Placement.empty(hidden.scalar_type(), hidden.size(0), weight.rows());
    slices((from, count) ->
        logits.narrow(1, from, count).copy_(torch.linear(hidden, slice(from, count, hidden))));
    return logits;
  }

  /// dlogits · W, [n,hidden].
  private Tensor projectBack(Tensor dLogits) {
    if (isAsStored(dLogits)) {
      return WeightProduct.back(null, dLogits, weight);
    }
    Tensor dHidden = Placement.zeros(dLogits.scalar_type(), dLogits.size(0), weight.columns());
    slices((from, count) ->
        dHidden.addmm_(dLogits.narrow(1, from, count), slice(from, count, dLogits)));
    return dHidden;
  }

  /// From the derivative by logits to that by `hidden`, adding to the weight's where it is trained.
  private Tensor back(Tensor dLogits, Tensor hidden) {
    if (weight instanceof TrainedWeight trained) {
      trained.accumulate(dLogits.t().matmul(hidden));
    }
    return projectBack(dLogits);
  }

  private boolean isAsStored(Tensor like) {
    return !(weight instanceof DenseWeight dense) || WeightProduct.readsStored(like, dense);
  }

  private Tensor slice(long from, long count, Tensor like) {
    return ((DenseWeight) weight).stored().narrow(0, from, count).to(like.scalar_type());
  }

  private interface Slice {
    void take(long from, long count);
  }

  private void slices(Slice each) {
    long rows = Math.max(1, chunkLogits / weight.columns());
    for (long from = 0; from < weight.rows(); from += rows) {
      try (Scope scope = new Scope()) {
        each.take(from, Math.min(rows, weight.rows() - from));
      }
    }
  }

  /// @param hidden [n,hidden], rows that have a target
  /// @param targets [n] int64
  /// @param scale of the derivative; NaN: none is computed
  Loss loss(Tensor hidden, Tensor targets, double scale) {
    long n = hidden.size(0);
    boolean withDerivative = !Double.isNaN(scale);
    Tensor dHidden =
        withDerivative ? Placement.empty(hidden.scalar_type(), n, hidden.size(1)) : null;
    long rows = Math.max(1, chunkLogits / weight.rows());
    Tensor sum = Placement.zeros(ScalarType.Double);
    Tensor correct = Placement.zeros(ScalarType.Long);
    for (long from = 0; from < n; from += rows) {
      try (Scope scope = new Scope()) {
        long count = Math.min(rows, n - from);
        Tensor h = hidden.narrow(0, from, count);
        Tensor target = targets.narrow(0, from, count);
        if (withDerivative) {
          HostKernels kernels = isPlain() ? HostKernels.serving(h) : null;
          Tensor d =
              kernels != null
                  ? fused(kernels, h, target, scale, sum)
                  : single(h, target, scale, sum);
          dHidden.narrow(0, from, count).copy_(back(d, h));
        } else {
          Tensor logits = logits(h); // [count,V]
          correct.add_(
              logits.argmax(new org.bytedeco.pytorch.LongOptional(1), false).eq(target).sum());
          logP(logits, target, sum);
        }
      }
    }
    return new Loss(sum, correct, n, dHidden);
  }

  /// Whether logits are the product alone.
  private boolean isPlain() {
    return softcap == 0 && bias.isEmpty();
  }

  /// The derivative by logits in their own place, in two passes over them; adds cross-entropy to
  /// `sum`.
  private Tensor fused(
      HostKernels kernels, Tensor hidden, Tensor target, double scale, Tensor sum) {
    Tensor d = project(hidden);
    Tensor losses = kernels.crossEntropy(d, target, scale);
    sum.add_(losses.sum(new ScalarTypeOptional(ScalarType.Double)));
    return d;
  }

  /// The same by libtorch's single operations, in fp32.
  private Tensor single(Tensor hidden, Tensor target, double scale, Tensor sum) {
    Tensor logits = logits(hidden);
    Tensor factor =
        softcap == 0 ? null : logits.div(new Scalar(softcap)).square_().neg_().add_(new Scalar(1));
    Tensor d = logP(logits, target, sum).exp_();
    Tensor at = target.unsqueeze(1); // one in a row, so there is nothing to add up
    d.scatter_(1, at, d.gather(1, at).sub_(new Scalar(1)));
    d.mul_(new Scalar(scale));
    if (factor != null) {
      d.mul_(factor);
    }
    bias.filter(VectorWeight::isTrained).ifPresent(b -> b.accumulate(d.sum(0)));
    return d.to(hidden.scalar_type());
  }

  /// log softmax, [n,V]; adds cross-entropy to `sum`.
  private static Tensor logP(Tensor logits, Tensor target, Tensor sum) {
    Tensor logP = torch.log_softmax(logits, 1);
    sum.sub_(logP.gather(1, target.unsqueeze(1)).sum(new ScalarTypeOptional(ScalarType.Double)));
    return logP;
  }
}
