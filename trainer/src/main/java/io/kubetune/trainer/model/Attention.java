package io.kubetune.trainer.model;

import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Self-attention of one layer: one product for q, k and v, optional norms on their heads,
/// rotation, attention, output.
///
/// @param layer number of the layer, for keys and values from before
/// @param qkv x [T,hidden] to [T, (H+2K)·d], laid out as `layout` says
/// @param queryNorm on each head's d values, before the rotation (Qwen 3, Gemma 3)
record Attention(
    int layer,
    Linear qkv,
    Linear output,
    Layout layout,
    AttentionCore core,
    Rope rope,
    Optional<Norm> queryNorm,
    Optional<Norm> keyNorm)
    implements AutoCloseable {

  /// How q, k and v lie in the stacked product's columns.
  enum Layout {
    /// All queries, then all keys, then all values.
    STACKED,
    /// For each key head: its queries, its key, its value (Falcon).
    GROUPED
  }

  /// @param positions whose outputs are asked for
  /// @return [n,hidden]
  Pass forward(Tensor x, Sequence sequence, Positions positions, Frame frame) {
    long tokens = x.size(0);
    Pass all = qkv.forward(x, frame);
    Tensor[] parts = split(all.out()); // q [T,H,d], k and v [T,K,d]
    Optional<Pass> qNormed = queryNorm.map(n -> n.forward(parts[0], frame));
    Optional<Pass> kNormed = keyNorm.map(n -> n.forward(parts[1], frame));
    Rope.Tables tables = sequence.tables(rope);
    Tensor q = frame.save(rope.turnInPlace(qNormed.map(Pass::out).orElse(parts[0]), tables, 1));
    Tensor k = rope.turnInPlace(kNormed.map(Pass::out).orElse(parts[1]), tables, 1);
    Past past = sequence.past();
    Past.Pair seen = past.before(layer, new Past.Pair(k, parts[2]));
    AttentionCore.Mixed mixed =
        core.attend(
            q, frame.save(seen.keys()), frame.save(seen.values()), sequence, positions, frame);
    Pass out = output.forward(positions.of(mixed.out()), frame);
    return new Pass(
        out.out(),
        dOut -> {
          Tensor dMixed = positions.spread(out.back().apply(dOut), tokens);
          Tensor[] dSeen = mixed.back().apply(dMixed);
          Past.Pair own = past.back(layer, new Past.Pair(dSeen[1], dSeen[2]));
          Tensor[] d = {dSeen[0], own.keys(), own.values()};
          if (layout == Layout.STACKED && qNormed.isEmpty() && kNormed.isEmpty()) {
            return all.back().apply(turnBack(d, tables));
          }
          Tensor dqPlain = rope.turn(d[0], tables, -1);
          Tensor dkPlain = rope.turn(d[1], tables, -1);
          Tensor dqIn = qNormed.map(n -> n.back().apply(dqPlain)).orElse(dqPlain);
          Tensor dkIn = kNormed.map(n -> n.back().apply(dkPlain)).orElse(dkPlain);
          return all.back().apply(join(dqIn, dkIn, d[2]));
        });
  }

  /// The derivatives by q, k and v, turned straight to where they lie in the product's own.
  private Tensor turnBack(Tensor[] d, Rope.Tables tables) {
    long columns = (core.heads() + 2L * core.keyHeads()) * core.headDimension();
    Tensor all = Placement.empty(d[0].scalar_type(), d[0].size(0), columns);
    Tensor[] parts = split(all);
    rope.turn(d[0], tables, -1, parts[0]);
    rope.turn(d[1], tables, -1, parts[1]);
    parts[2].copy_(d[2]);
    return all;
  }

  private Tensor[] split(Tensor all) {
    long t = all.size(0);
    int d = core.headDimension();
    int h = core.heads();
    int k = core.keyHeads();
    return switch (layout) {
      case STACKED -> {
        Tensor heads = all.view(t, h + 2L * k, d);
        yield new Tensor[] {
          heads.narrow(1, 0, h), heads.narrow(1, h, k), heads.narrow(1, h + (long) k, k)
        };
      }
      case GROUPED -> {
        int g = h / k;
        Tensor groups = all.view(t, k, g + 2L, d);
        yield new Tensor[] {
          groups.narrow(2, 0, g).reshape(t, h, d), groups.select(2, g), groups.select(2, g + 1L)
        };
      }
    };
  }

  /// The inverse of [#split], for derivatives.
  private Tensor join(Tensor dq, Tensor dk, Tensor dv) {
    long t = dq.size(0);
    int d = core.headDimension();
    int h = core.heads();
    int k = core.keyHeads();
    return switch (layout) {
      case STACKED -> torch.cat(new TensorVector(dq, dk, dv), 1).view(t, (h + 2L * k) * d);
      case GROUPED -> {
        int g = h / k;
        Tensor all = Placement.empty(dq.scalar_type(), t, k, g + 2L, d);
        all.narrow(2, 0, g).copy_(dq.view(t, k, g, d));
        all.select(2, g).copy_(dk);
        all.select(2, g + 1L).copy_(dv);
        yield all.view(t, (long) k * (g + 2) * d);
      }
    };
  }

  @Override
  public void close() {
    qkv.close();
    output.close();
    queryNorm.ifPresent(Norm::close);
    keyNorm.ifPresent(Norm::close);
  }
}
