package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Operator;
import io.kubetune.trainer.tensor.Placement;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Attention within each document of a pack by libtorch's own kernel for GPUs: one call for all
/// documents, and no scores in memory (Dao 2023, <https://arxiv.org/abs/2307.08691>).
final class FlashAttention {
  private static final int LARGEST_HEAD = 256;

  private FlashAttention() {}

  /// Found when first asked for: a host has no use for them.
  private static final class Operators {
    static final Operator FORWARD = Operator.named("aten::_flash_attention_forward");
    static final Operator BACKWARD = Operator.named("aten::_flash_attention_backward");
  }

  /// Whether the kernel computes this: bf16 on a GPU, heads of at most 256 values, no cap on
  /// scores, no keys from before.
  static boolean serves(AttentionCore core, Tensor q, Sequence sequence) {
    return Placement.isGpu()
        && q.scalar_type().intern() == ScalarType.BFloat16
        && core.softcap() == 0
        && core.headDimension() <= LARGEST_HEAD
        && core.headDimension() % 8 == 0
        && !(sequence.past() instanceof KeyValueCache);
  }

  /// A document's queries are the last of its keys: the kernel's causal mask is aligned to the end.
  ///
  /// @param q [T,H,d]
  /// @param k [n,K,d]
  /// @param v [n,K,d]
  static AttentionCore.Mixed attend(
      AttentionCore core, Tensor q, Tensor k, Tensor v, Sequence sequence, Frame frame) {
    Tensor queryStarts = sequence.queryStarts();
    Tensor keyStarts = sequence.keyStarts();
    long mostQueries = Sequence.largest(sequence.lengths());
    long mostKeys = Sequence.largest(sequence.keys());
    IValueVector results =
        Operators.FORWARD.call(
            new IValue(q),
            new IValue(k),
            new IValue(v),
            new IValue(queryStarts),
            new IValue(keyStarts),
            new IValue(mostQueries),
            new IValue(mostKeys),
            new IValue(0.0), // dropout
            new IValue(true), // causal
            new IValue(false), // no debug mask
            new IValue(core.scale()),
            window(core),
            new IValue(0L), // and none after
            new IValue(),
            new IValue());
    Tensor out = frame.save(results.get(0).toTensor()); // [T,H,d]
    Tensor logSumExp = frame.save(results.get(1).toTensor());
    Tensor randomState = frame.save(results.get(2).toTensor());
    Tensor unused = frame.save(results.get(3).toTensor());
    return new AttentionCore.Mixed(
        out.view(q.size(0), q.size(1) * q.size(2)),
        dOut -> {
          IValueVector d =
              deterministically(
                  new IValue(dOut.view(q.size(0), q.size(1), q.size(2))),
                  new IValue(q),
                  new IValue(k),
                  new IValue(v),
                  new IValue(out),
                  new IValue(logSumExp),
                  new IValue(queryStarts),
                  new IValue(keyStarts),
                  new IValue(mostQueries),
                  new IValue(mostKeys),
                  new IValue(0.0),
                  new IValue(true),
                  new IValue(randomState),
                  new IValue(unused),
                  new IValue(core.scale()),
                  window(core),
                  new IValue(0L));
          return new Tensor[] {own(d, 0), own(d, 1), own(d, 2)};
        });
  }

  /// A handle of its own on a result: that of the results goes with them.
  private static Tensor own(IValueVector results, int index) {
    return new Tensor(results.get(index).toTensor());
  }

  /// Keys before the query's own that it sees.
  private static IValue window(AttentionCore core) {
    return core.window() == Integer.MAX_VALUE ? new IValue() : new IValue(core.window() - 1L);
  }

  /// Without this setting parts of dq are added in whatever order they are ready, and a run could
  /// not be repeated bit for bit. It holds for this call alone: others would warn of it.
  private static IValueVector deterministically(IValue... arguments) {
    var settings = torch.globalContext();
    settings.setDeterministicFillUninitializedMemory(false);
    settings.setDeterministicAlgorithms(true, false);
    try {
      return Operators.BACKWARD.call(arguments);
    } finally {
      settings.setDeterministicAlgorithms(false, false);
    }
  }
}
