package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.Arrays;
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
  private final int[] before;
  private final Past past;
  private final ScalarType type;
  private final Map<Rope, Rope.Tables> tables = new HashMap<>();
  private final Map<MaskKey, Tensor> masks = new HashMap<>();
  private Tensor queryStarts;
  private Tensor keyStarts;

  /// @param before offsets that a mask serves: from 0 to this
  private record MaskKey(int queries, int before, int window, int groups) {}

  private Sequence(int[] lengths, int[] before, Past past, ScalarType type) {
    this.lengths = lengths;
    this.before = before;
    this.past = past;
    this.type = type;
  }

  /// Documents end to end.
  static Sequence packed(int[] lengths, ScalarType type) {
    return behind(lengths, new int[lengths.length], Past.NONE, type);
  }

  /// Documents end to end, each behind so many tokens whose keys and values `past` has.
  static Sequence behind(int[] lengths, int[] before, Past past, ScalarType type) {
    return new Sequence(lengths, before, past, type);
  }

  /// The next tokens of one document whose earlier keys and values are in the cache.
  static Sequence continued(int length, KeyValueCache cache, ScalarType type) {
    return behind(new int[] {length}, new int[] {cache.length()}, cache, type);
  }

  /// [documents] tokens in each.
  int[] lengths() {
    return lengths;
  }

  /// [documents] tokens before those of each.
  int[] before() {
    return before;
  }

  /// [documents] keys that each sees: those before it and its own.
  int[] keys() {
    int[] all = lengths.clone();
    Arrays.setAll(all, i -> before[i] + lengths[i]);
    return all;
  }

  /// Type of activations.
  ScalarType type() {
    return type;
  }

  Past past() {
    return past;
  }

  /// [documents + 1] int32: where each document's queries start, and T.
  Tensor queryStarts() {
    queryStarts = queryStarts == null ? starts(lengths) : queryStarts;
    return queryStarts;
  }

  /// [documents + 1] int32: where the keys that each document sees start, and how many there are.
  Tensor keyStarts() {
    keyStarts = keyStarts == null ? starts(keys()) : keyStarts;
    return keyStarts;
  }

  private static Tensor starts(int[] counts) {
    int[] all = new int[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      all[i + 1] = all[i] + counts[i];
    }
    try (Scope scope = new Scope()) {
      return Scope.own(Placement.longs(all).to(ScalarType.Int));
    }
  }

  /// The largest of some counts.
  static int largest(int[] counts) {
    return Arrays.stream(counts).max().orElse(0);
  }

  Rope.Tables tables(Rope rope) {
    return tables.computeIfAbsent(rope, r -> r.tables(lengths, before, type));
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
    int most = offset == 0 ? 0 : largest(keys());
    return masks
        .computeIfAbsent(new MaskKey(queries, most, window, groups), this::mask)
        .narrow(2, most - (long) offset, keys);
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
    if (queryStarts != null) {
      queryStarts.close();
    }
    if (keyStarts != null) {
      keyStarts.close();
    }
  }
}
