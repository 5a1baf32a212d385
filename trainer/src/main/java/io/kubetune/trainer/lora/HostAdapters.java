package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.lora.AdapterColumns.Column;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// [StackedAdapters] by a CPU's own kernels: A, B and all that is r columns short stay fp32, as
/// PEFT keeps adapters, and gradients are added to where they belong.
final class HostAdapters implements AutoCloseable {
  private final AdapterColumns columns;
  private Stacked stacked;

  HostAdapters(AdapterColumns columns) {
    this.columns = columns;
  }

  /// A as kernels read it, until an optimizer step changes it: all passes of all documents of a
  /// step share these.
  ///
  /// @param version of the parameters that they were made of: libtorch counts their changes
  /// @param a [Σr, in]
  /// @param aTransposed [in, Σr]
  private record Stacked(long version, Tensor a, Tensor aTransposed) {
    void close() {
      a.close();
      aTransposed.close();
    }
  }

  private synchronized Stacked stacked() {
    long version = columns.list().getFirst().adapter().a().value()._version();
    if (stacked == null || stacked.version() != version) {
      close();
      try (Scope scope = new Scope()) {
        stacked =
            new Stacked(
                version,
                Scope.own(columns.a().contiguous()),
                Scope.own(columns.aTransposed().contiguous()));
      }
    }
    return stacked;
  }

  /// All A beneath each other, [Σr,in] without gaps.
  Tensor a() {
    return stacked().a();
  }

  /// x Aᵀ, [T, Σr] fp32.
  Tensor low(ThinProducts products, Tensor x) {
    Tensor xa = Placement.empty(ScalarType.Float, x.size(0), columns.rank());
    products.narrow(x, stacked().aTransposed(), xa, 1);
    return xa;
  }

  /// Adds into the gradients of A and B.
  ///
  /// @param xa as [#low] gave it
  /// @return s·dY·B side by side, [T, Σr] fp32
  Tensor gradients(ThinProducts products, Tensor dy, Tensor x, Tensor xa) {
    Tensor g = Placement.empty(ScalarType.Float, dy.size(0), columns.rank());
    for (Column each : columns.list()) {
      LowRank adapter = each.adapter();
      Tensor dyPart = each.ofOutput(dy);
      products.narrow(dyPart, adapter.b().value().contiguous(), each.of(g), adapter.scale());
      add(adapter.b(), sums -> products.sumsNarrow(dyPart, each.of(xa), sums, adapter.scale()));
    }
    for (Column each : columns.list()) {
      add(each.adapter().a(), sums -> products.sumsWide(each.of(g), x, sums, 1));
    }
    return g;
  }

  /// As [StackedAdapters#apply], where y holds nothing yet in the parts' columns.
  StackedAdapters.Applied apply(ThinProducts products, Tensor x, Tensor y, Frame frame) {
    Tensor xa = frame.save(low(products, x));
    for (Column each : columns.list()) {
      LowRank adapter = each.adapter();
      Tensor bTransposed = adapter.b().value().t().contiguous();
      products.widen(each.of(xa), bTransposed, each.ofOutput(y), adapter.scale());
    }
    return (dy, kept) -> {
      Tensor g = gradients(products, dy, kept, xa);
      Tensor dx = Placement.empty(dy.scalar_type(), dy.size(0), kept.size(1));
      products.widen(g, a(), dx, 1);
      return dx;
    };
  }

  /// Into the gradient itself; not where its rows have gaps, as those of one expert among all have.
  private static void add(Trained trained, Consumer<Tensor> sums) {
    Tensor gradient = trained.gradient();
    if (gradient.is_contiguous()) {
      sums.accept(gradient);
      return;
    }
    Tensor apart = Placement.zeros(ScalarType.Float, gradient.size(0), gradient.size(1));
    sums.accept(apart);
    gradient.add_(apart);
  }

  @Override
  public synchronized void close() {
    if (stacked != null) {
      stacked.close();
      stacked = null;
    }
  }
}
