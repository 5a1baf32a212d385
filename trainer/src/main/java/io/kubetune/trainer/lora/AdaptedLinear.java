package io.kubetune.trainer.lora;

import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.ParameterPlan.Slot;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A linear, or several over the same input stacked into one product, with an adapter on each that
/// has one.
///
/// Stacking (q, k, v; gate, up) makes one GEMM of three, and one of their A matrices. With x
/// [T,in], W [out,in]:
///
/// ```
/// y = x Wᵀ + b;  y[:, part] += s (x Aᵀ) Bᵀ
/// dX = dY W + s (dY B) A;  dB = s dYᵀ (x Aᵀ);  dA = s (dY B)ᵀ x        (Hu et al. 2021)
/// ```
public final class AdaptedLinear implements Linear {

  /// One of the stacked linears: rows [start, start+count) of the output.
  public record Part(long start, long count, Optional<LowRank> adapter) {}

  private final Weight weight;
  private final Optional<Bias> bias;
  private final List<Part> parts;
  private final List<Part> adapted;

  public AdaptedLinear(Weight weight, Optional<Bias> bias, List<Part> parts) {
    this.weight = weight;
    this.bias = bias;
    this.parts = parts;
    this.adapted = parts.stream().filter(p -> p.adapter().isPresent()).toList();
  }

  @Override
  public Pass forward(Tensor x, Frame frame) {
    List<Part> active = frame.adapters() ? adapted : List.of();
    // Plain adapters share one product with x; those with dropout or a magnitude go one by one.
    List<Part> plain = active.stream().filter(p -> p.adapter().get().isPlain()).toList();
    List<Part> others = active.stream().filter(p -> !p.adapter().get().isPlain()).toList();
    Tensor kept = active.isEmpty() && !trainsWeight() ? null : frame.save(x);
    Tensor a = plain.isEmpty() ? null : frame.save(stackedA(plain, x));
    Tensor xa = plain.isEmpty() ? null : frame.save(torch.linear(x, a)); // [T, Σr]
    // Where every row has a plain adapter, their terms are written first and nothing need be zero.
    boolean covered = plain.stream().mapToLong(Part::count).sum() == weight.rows();
    Tensor y =
        covered
            ? Placement.empty(x.scalar_type(), x.size(0), weight.rows())
            : Placement.zeros(x.scalar_type(), x.size(0), weight.rows());
    // Low-rank terms first, the large product added to them within its own accumulation: the other
    // way round, in bf16, a term below half a unit of the last place of y would be rounded away.
    addPlain(plain, xa, y, covered ? 0 : 1);
    LowRank.Applied[] applied = new LowRank.Applied[others.size()];
    applyOthers(others, applied, false, x, y, frame);
    y.addmm_(x, weight.computed(x.scalar_type()).t());
    applyOthers(others, applied, true, x, y, frame);
    bias.ifPresent(b -> b.addTo(y));
    return new Pass(
        y,
        dy -> {
          Tensor dBase = dy;
          bias.ifPresent(b -> b.accumulate(dy));
          if (applied.length > 0) {
            dBase = dy.clone();
          }
          Tensor dx = null;
          for (int i = 0; i < others.size(); i++) {
            Part part = others.get(i);
            Tensor extra =
                applied[i].back(
                    dBase.narrow(1, part.start(), part.count()), kept, () -> rows(part, kept));
            dx = dx == null ? extra : dx.add_(extra);
          }
          weightGradient(dBase, kept);
          if (!plain.isEmpty()) {
            Tensor g = plainBack(plain, dy, xa); // [T, Σr], scaled
            accumulateA(plain, g.t().matmul(kept)); // [Σr, in]
            Tensor through = g.matmul(a);
            dx = dx == null ? through : dx.add_(through);
          }
          Tensor w = weight.computed(dBase.scalar_type());
          dx = dx == null ? dBase.matmul(w) : dx.addmm_(dBase, w);
          return dx;
        });
  }

  /// @param factor of what y holds: 0 where it holds nothing yet
  private static void addPlain(List<Part> plain, Tensor xa, Tensor y, double factor) {
    long at = 0;
    for (Part part : plain) {
      LowRank adapter = part.adapter().get();
      Tensor b = adapter.b().value().to(y.scalar_type());
      y.narrow(1, part.start(), part.count())
          .addmm_(
              xa.narrow(1, at, adapter.r()),
              b.t(),
              new Scalar(factor),
              new Scalar(adapter.scale()));
      at += adapter.r();
    }
  }

  /// Those with a magnitude multiply the product, and come after it; the others add to it.
  private void applyOthers(
      List<Part> others,
      LowRank.Applied[] applied,
      boolean withMagnitude,
      Tensor x,
      Tensor y,
      Frame frame) {
    for (int i = 0; i < applied.length; i++) {
      Part part = others.get(i);
      LowRank adapter = part.adapter().get();
      if (adapter.magnitude().isPresent() == withMagnitude) {
        Tensor rows = y.narrow(1, part.start(), part.count());
        applied[i] = adapter.apply(x, rows, () -> rows(part, x), frame);
      }
    }
  }

  private static void accumulateA(List<Part> plain, Tensor dA) {
    long from = 0;
    for (Part part : plain) {
      LowRank adapter = part.adapter().get();
      adapter.a().gradient().add_(dA.narrow(0, from, adapter.r()));
      from += adapter.r();
    }
  }

  private static Tensor stackedA(List<Part> plain, Tensor like) {
    Tensor[] all = plain.stream().map(p -> p.adapter().get().a().value()).toArray(Tensor[]::new);
    Tensor stacked =
        all.length == 1 ? all[0] : torch.cat(new org.bytedeco.pytorch.TensorVector(all), 0);
    return stacked.to(like.scalar_type());
  }

  /// dB of each part; returns s·dY·B side by side.
  private static Tensor plainBack(List<Part> plain, Tensor dy, Tensor xa) {
    Tensor[] g = new Tensor[plain.size()];
    long at = 0;
    for (int i = 0; i < g.length; i++) {
      Part part = plain.get(i);
      LowRank adapter = part.adapter().get();
      Tensor dyPart = dy.narrow(1, part.start(), part.count());
      Scalar scale = new Scalar(adapter.scale());
      adapter.b().gradient().add_(dyPart.t().matmul(xa.narrow(1, at, adapter.r())), scale);
      g[i] = dyPart.matmul(adapter.b().value().to(dy.scalar_type())).mul_(scale);
      at += adapter.r();
    }
    return g.length == 1 ? g[0] : torch.cat(new org.bytedeco.pytorch.TensorVector(g), 1);
  }

  private Tensor rows(Part part, Tensor like) {
    return weight.computed(like.scalar_type()).narrow(0, part.start(), part.count());
  }

  private boolean trainsWeight() {
    return weight instanceof TrainedWeight;
  }

  private void weightGradient(Tensor dy, Tensor x) {
    if (weight instanceof TrainedWeight trained) {
      trained.accumulate(dy.t().matmul(x));
    }
  }

  @Override
  public void close() {
    weight.close();
    bias.ifPresent(Bias::close);
  }

  /// An added vector [out], frozen or trained in pieces.
  public record Bias(Tensor frozen, List<Piece> trained) implements AutoCloseable {
    /// Elements [start, start+count) of the bias, as a parameter.
    public record Piece(long start, long count, Slot slot) {}

    void addTo(Tensor y) {
      if (frozen != null) {
        y.add_(frozen);
      }
      for (Piece piece : trained) {
        y.narrow(1, piece.start(), piece.count()).add_(piece.slot().value().to(y.scalar_type()));
      }
    }

    void accumulate(Tensor dy) {
      for (Piece piece : trained) {
        piece.slot().gradient().add_(dy.narrow(1, piece.start(), piece.count()).sum(0));
      }
    }

    @Override
    public void close() {
      if (frozen != null) {
        frozen.close();
      }
    }
  }
}
