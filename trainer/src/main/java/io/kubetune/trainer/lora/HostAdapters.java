package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.lora.AdaptedLinear.Part;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// [StackedAdapters] by a CPU's own kernels: A, B and all that is r columns short stay fp32, as
/// PEFT keeps adapters, and gradients are added to where they belong.
///
/// @param rank Σr of the parts
record HostAdapters(List<Part> parts, long rank) {

  /// Does something with a part; `at` is where its columns of Σr begin.
  private interface Each {
    void part(Part part, LowRank adapter, long at);
  }

  private void each(Each each) {
    long at = 0;
    for (Part part : parts) {
      LowRank adapter = part.adapter().get();
      each.part(part, adapter, at);
      at += adapter.r();
    }
  }

  /// As [StackedAdapters#apply], where y holds nothing yet in the parts' columns.
  StackedAdapters.Applied apply(ThinProducts products, Tensor x, Tensor y, Frame frame) {
    Tensor xa = frame.save(Placement.empty(ScalarType.Float, x.size(0), rank));
    products.narrow(x, joined(1), xa, 1);
    each((part, adapter, at) ->
        products.widen(
            xa.narrow(1, at, adapter.r()),
            adapter.b().value().t().contiguous(),
            y.narrow(1, part.start(), part.count()),
            adapter.scale()));
    return (dy, kept) -> back(products, dy, kept, xa);
  }

  private Tensor back(ThinProducts products, Tensor dy, Tensor x, Tensor xa) {
    Tensor g = Placement.empty(ScalarType.Float, dy.size(0), rank); // s·dY·B side by side
    each((part, adapter, at) -> {
      Tensor dyPart = dy.narrow(1, part.start(), part.count());
      Tensor low = xa.narrow(1, at, adapter.r());
      products.narrow(
          dyPart, adapter.b().value().contiguous(), g.narrow(1, at, adapter.r()), adapter.scale());
      add(adapter.b(), sums -> products.sumsNarrow(dyPart, low, sums, adapter.scale()));
    });
    each((part, adapter, at) ->
        add(adapter.a(), sums -> products.sumsWide(g.narrow(1, at, adapter.r()), x, sums, 1)));
    Tensor dx = Placement.empty(dy.scalar_type(), dy.size(0), x.size(1));
    products.widen(g, joined(0), dx, 1);
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

  /// All A beneath each other, [Σr,in], or their transposes side by side, [in,Σr].
  private Tensor joined(int dimension) {
    TensorVector all =
        new TensorVector(
            parts.stream()
                .map(part -> part.adapter().get().a().value())
                .map(a -> dimension == 0 ? a : a.t())
                .toArray(Tensor[]::new));
    return torch.cat(all, dimension);
  }
}
