package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Where the documents of a micro-step lie, and what all layers share about them: rotary tables and
/// masks.
final class Sequence implements AutoCloseable {
  private final int[] lengths;
  private final int past;
  private final KeyValueCache cache;
  private final ScalarType type;
  private final Map<Rope, Rope.Tables> tables = new HashMap<>();
  private final Map<MaskKey, Tensor> masks = new HashMap<>();

  private Tensor starts;

  /// @param before offsets that a mask serves: from 0 to this
  private record MaskKey(int queries, int before, int window, int groups) {}

  private Sequence(int[] lengths, int past, KeyValueCache cache, ScalarType type) {
    this.lengths = lengths;
    this.past = past;
    this.cache = cache;
    this.type = type;
  }

  /// Documents end to end.
  static Sequence packed(int[] lengths, ScalarType type) {
    return new Sequence(lengths, 0, null, type);
  }

  /// The next tokens of one document whose earlier keys and values are in the cache.
  static Sequence continued(int length, KeyValueCache cache, ScalarType type) {
    return new Sequence(new int[] {length}, cache.length(), cache, type);
  }

  /// [documents] tokens in each.
  int[] lengths() {
    return lengths;
  }

  /// Type of activations.
  ScalarType type() {
    return type;
  }

  /// Null but for decoding.
  KeyValueCache cache() {
    return cache;
  }

  /// T.
  int tokenCount() {
    return java.util.Arrays.stream(lengths).sum();
  }

  /// [documents + 1] int32: where each document starts, and T.
  Tensor starts() {
    if (starts == null) {
      int[] all = new int[lengths.length + 1];
      for (int i = 0; i < lengths.length; i++) {
        all[i + 1] = all[i] + lengths[i];
      }
      try (Scope scope = new Scope()) {
        starts = Scope.own(Placement.longs(all).to(ScalarType.Int));
      }
    }
    return starts;
  }

  /// Tokens of the longest document.
  int longest() {
    return java.util.Arrays.stream(lengths).max().orElse(0);
  }

  Rope.Tables tables(Rope rope) {
    return tables.computeIfAbsent(rope, r -> r.tables(lengths, past, type));
  }

  /// What is added to scores [.., groups·queries, keys]: 0 where query i may see key j, minus
  /// infinity where not.
  ///
  /// Query i stands at position offset + i of the keys. It sees itself and what is before it,
  /// `window` tokens in all.
  ///
  /// @return [1, groups·queries, keys], or null where every query sees every key
  Tensor mask(int queries, int keys, int offset, int window, int groups) {
    if (queries == 1 && offset == keys - 1 && keys <= window) {
      return null;
    }
    // Masks of a long document's chunks are the same one, further to the right each time: a single
    // one for all is as long as the document, and one each would grow with its square.
    int before = offset == 0 ? 0 : past + longest();
    return masks
        .computeIfAbsent(new MaskKey(queries, before, window, groups), this::mask)
        .narrow(2, before - (long) offset, keys);
  }

  /// [1, groups·queries, before + queries]: as queries at position `before` see keys.
  private Tensor mask(MaskKey of) {
    long keys = of.before() + (long) of.queries();
    try (Scope scope = new Scope()) {
      Tensor all = torch.ones(new long[] {of.queries(), keys}, new TensorOptions(ScalarType.Bool));
      Tensor hidden = all.triu(of.before() + 1L);
      if (of.window() < keys) {
        hidden = hidden.logical_or(all.tril(of.before() - (long) of.window()));
      }
      Tensor mask =
          torch.zeros(of.queries(), keys).masked_fill_(hidden, new Scalar(Float.NEGATIVE_INFINITY));
      return Scope.own(Placement.here(mask.repeat(of.groups(), 1).unsqueeze(0).to(type)));
    }
  }

  @Override
  public void close() {
    tables.values().forEach(Rope.Tables::close);
    masks.values().forEach(Tensor::close);
    if (starts != null) {
      starts.close();
    }
  }
}
