package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.lora.AdaptedLinear.Part;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The plain adapters of one stacked linear: their A matrices are one product with x, each B
/// another on its own columns.
///
/// By libtorch's products, on a GPU and where a CPU has no kernels for them: A and B are held in
/// the compute type then, until an optimizer step changes them, for the two passes of each
/// micro-step and all cores to share.
final class StackedAdapters implements AutoCloseable {
  private static final Scalar ZERO = lasting(0);
  private static final Scalar ONE = lasting(1);

  private final List<Part> parts;
  private final long rank;
  private final HostAdapters host;
  private Operands operands;

  StackedAdapters(List<Part> parts) {
    this.parts = parts;
    this.rank = parts.stream().mapToLong(part -> part.adapter().get().r()).sum();
    this.host = new HostAdapters(parts, rank);
  }

  private static Scalar lasting(double value) {
    Scalar scalar = new Scalar(value);
    scalar.retainReference(); // no scope frees it
    return scalar;
  }

  /// @param version of the parameters that they were made of: libtorch counts their changes
  /// @param a [Σr, in]
  /// @param b [out_i, r_i] of each part
  private record Operands(ScalarType type, long version, Tensor a, Tensor[] b) {
    void close() {
      a.close();
      for (Tensor each : b) {
        each.close();
      }
    }
  }

  private synchronized Operands operands(ScalarType type) {
    long version = parts.getFirst().adapter().get().a().value()._version();
    if (operands != null && operands.type() == type && operands.version() == version) {
      return operands;
    }
    if (operands != null) {
      operands.close();
    }
    try (Scope scope = new Scope()) {
      Tensor[] all = parts.stream().map(p -> p.adapter().get().a().value()).toArray(Tensor[]::new);
      Tensor a = all.length == 1 ? all[0] : torch.cat(new TensorVector(all), 0);
      Tensor[] b =
          parts.stream()
              .map(p -> Scope.own(p.adapter().get().b().value().to(type)))
              .toArray(Tensor[]::new);
      operands = new Operands(type, version, Scope.own(a.to(type)), b);
    }
    return operands;
  }

  /// The way back of [#apply].
  interface Applied {
    /// Adds into the gradients of A and B.
    ///
    /// @param dy [T,out]
    /// @param x [T,in] as it came in
    /// @return what the adapters add to dX, [T,in]
    Tensor back(Tensor dy, Tensor x);
  }

  /// `y[:, part] += s (x Aᵀ) Bᵀ` for each part, of which y holds nothing but zeros yet.
  ///
  /// @param covered whether the parts are all of y, and y holds not even zeros
  Applied apply(Tensor x, Tensor y, boolean covered, Frame frame) {
    ThinProducts products = ThinProducts.serving(x);
    if (products != null) {
      return host.apply(products, x, y, frame);
    }
    Operands now = operands(x.scalar_type().intern());
    Tensor xa = frame.save(torch.linear(x, now.a())); // [T, Σr]
    long at = 0;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      LowRank adapter = part.adapter().get();
      y.narrow(1, part.start(), part.count())
          .addmm_(
              xa.narrow(1, at, adapter.r()),
              now.b()[i].t(),
              covered ? ZERO : ONE,
              new Scalar(adapter.scale()));
      at += adapter.r();
    }
    return (dy, kept) -> back(dy, kept, xa);
  }

  private Tensor back(Tensor dy, Tensor x, Tensor xa) {
    Operands now = operands(dy.scalar_type().intern());
    Tensor g = Placement.empty(dy.scalar_type(), dy.size(0), rank); // s·dY·B side by side
    long at = 0;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      LowRank adapter = part.adapter().get();
      Tensor dyPart = dy.narrow(1, part.start(), part.count());
      Scalar scale = new Scalar(adapter.scale());
      // The long side last: three times as fast as dYᵀ·xa where a part has thousands of columns.
      Tensor dB = xa.narrow(1, at, adapter.r()).t().matmul(dyPart); // [r, out]
      adapter.b().gradient().add_(dB.t(), scale);
      g.narrow(1, at, adapter.r()).addmm_(dyPart, now.b()[i], ZERO, scale);
      at += adapter.r();
    }
    Tensor dA = g.t().matmul(x); // [Σr, in]
    long from = 0;
    for (Part part : parts) {
      LowRank adapter = part.adapter().get();
      adapter.a().gradient().add_(dA.narrow(0, from, adapter.r()));
      from += adapter.r();
    }
    return g.matmul(now.a());
  }

  @Override
  public synchronized void close() {
    if (operands != null) {
      operands.close();
      operands = null;
    }
  }
}
