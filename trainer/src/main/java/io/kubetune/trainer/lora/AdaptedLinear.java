package io.kubetune.trainer.lora;

import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.ParameterPlan.Slot;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

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

  /// Plain adapters share one product with x; those with dropout or a magnitude go one by one.
  private final Optional<StackedAdapters> plain;

  private final List<Part> others;

  /// Whether every row has a plain adapter.
  private final boolean covered;

  public AdaptedLinear(Weight weight, Optional<Bias> bias, List<Part> parts) {
    this.weight = weight;
    this.bias = bias;
    this.parts = parts;
    List<Part> plainParts =
        parts.stream().filter(p -> p.adapter().filter(LowRank::isPlain).isPresent()).toList();
    this.plain =
        plainParts.isEmpty()
            ? Optional.empty()
            : Optional.of(new StackedAdapters(plainParts, weight.rows()));
    this.others =
        parts.stream().filter(p -> p.adapter().filter(a -> !a.isPlain()).isPresent()).toList();
    this.covered = plainParts.stream().mapToLong(Part::count).sum() == weight.rows();
  }

  @Override
  public Pass forward(Tensor x, Frame frame) {
    Optional<StackedAdapters> stacked = frame.adapters() ? plain : Optional.empty();
    List<Part> single = frame.adapters() ? others : List.of();
    boolean adapts = stacked.isPresent() || !single.isEmpty();
    Supplier<Tensor> kept = adapts || trainsWeight() ? frame.keep(x) : () -> null;
    Optional<JoinedProducts> joined =
        single.isEmpty() ? stacked.flatMap(all -> all.joined(x, weight)) : Optional.empty();
    if (joined.isPresent()) {
      return forward(joined.get(), x, kept, frame);
    }
    LowRank.Applied[] applied = new LowRank.Applied[single.size()];
    // Where plain adapters' terms are all of y, they are written first and nothing need be zero.
    boolean fresh = covered && stacked.isPresent();
    Tensor y =
        fresh
            ? Placement.empty(x.scalar_type(), x.size(0), weight.rows())
            : Placement.zeros(x.scalar_type(), x.size(0), weight.rows());
    // Low-rank terms first, the large product added to them within its own accumulation: the other
    // way round, in bf16, a term below half a unit of the last place of y would be rounded away.
    Optional<StackedAdapters.Applied> low =
        Profile.time(
            Profile.Part.ADAPTERS,
            () -> {
              applySingle(applied, false, x, y, frame);
              return stacked.map(all -> all.apply(x, y, fresh, frame));
            });
    Profile.time(Profile.Part.PRODUCTS, () -> WeightProduct.add(y, x, weight));
    applySingle(applied, true, x, y, frame);
    bias.ifPresent(b -> b.addTo(y));
    return new Pass(y, dy -> back(dy, kept, applied, low));
  }

  private Pass forward(JoinedProducts joined, Tensor x, Supplier<Tensor> keptX, Frame frame) {
    Tensor xa = frame.save(joined.low(x));
    Tensor y = joined.forward(x, xa);
    bias.ifPresent(b -> b.addTo(y));
    return new Pass(
        y,
        dy -> {
          Tensor kept = keptX.get();
          bias.ifPresent(b -> b.accumulate(dy));
          weightGradient(dy, kept);
          return joined.backward(dy, kept, xa);
        });
  }

  private Tensor back(
      Tensor dy,
      Supplier<Tensor> keptX,
      LowRank.Applied[] applied,
      Optional<StackedAdapters.Applied> low) {
    Tensor kept = keptX.get();
    bias.ifPresent(b -> b.accumulate(dy));
    Tensor dBase = applied.length > 0 ? dy.clone() : dy;
    Tensor through =
        Profile.time(
            Profile.Part.ADAPTERS,
            () -> {
              Tensor dx = null;
              for (int i = 0; i < applied.length; i++) {
                Part part = others.get(i);
                Tensor extra =
                    applied[i].back(
                        dBase.narrow(1, part.start(), part.count()), kept, () -> rows(part, kept));
                dx = dx == null ? extra : dx.add_(extra);
              }
              if (low.isPresent()) {
                Tensor extra = low.get().back(dy, kept);
                dx = dx == null ? extra : dx.add_(extra);
              }
              return dx;
            });
    weightGradient(dBase, kept);
    return Profile.time(Profile.Part.PRODUCTS, () -> WeightProduct.back(through, dBase, weight));
  }

  /// Those with a magnitude multiply the product, and come after it; the others add to it.
  private void applySingle(
      LowRank.Applied[] applied, boolean withMagnitude, Tensor x, Tensor y, Frame frame) {
    for (int i = 0; i < applied.length; i++) {
      Part part = others.get(i);
      LowRank adapter = part.adapter().get();
      if (adapter.magnitude().isPresent() == withMagnitude) {
        Tensor rows = y.narrow(1, part.start(), part.count());
        applied[i] = adapter.apply(x, rows, () -> rows(part, x), frame);
      }
    }
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
    plain.ifPresent(StackedAdapters::close);
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
