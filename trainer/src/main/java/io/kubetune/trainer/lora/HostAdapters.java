package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.lora.AdapterColumns.Column;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// [StackedAdapters] by a CPU's own kernels: A, B and all that is r columns short stay fp32, as
/// PEFT keeps adapters, and gradients are added to where they belong.
record HostAdapters(AdapterColumns columns) {

  /// As [StackedAdapters#apply], where y holds nothing yet in the parts' columns.
  StackedAdapters.Applied apply(ThinProducts products, Tensor x, Tensor y, Frame frame) {
    Tensor xa = frame.save(Placement.empty(ScalarType.Float, x.size(0), columns.rank()));
    products.narrow(x, columns.aTransposed(), xa, 1);
    for (Column each : columns.list()) {
      LowRank adapter = each.adapter();
      Tensor bTransposed = adapter.b().value().t().contiguous();
      products.widen(each.of(xa), bTransposed, each.ofOutput(y), adapter.scale());
    }
    return (dy, kept) -> back(products, dy, kept, xa);
  }

  private Tensor back(ThinProducts products, Tensor dy, Tensor x, Tensor xa) {
    // s·dY·B side by side
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
    Tensor dx = Placement.empty(dy.scalar_type(), dy.size(0), x.size(1));
    products.widen(g, columns.a().contiguous(), dx, 1);
    return dx;
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
}
