package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.AdaptedLinear.Part;
import io.kubetune.trainer.lora.AdapterColumns.Column;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
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

  private final AdapterColumns columns;
  private final HostAdapters host;
  private Operands operands;

  /// @param width of the linear's output
  StackedAdapters(List<Part> parts, long width) {
    this.columns = AdapterColumns.of(parts, width);
    this.host = new HostAdapters(columns);
  }

  /// These adapters within their linear's own products; empty where no kernel does that.
  ///
  /// @param weight [out, in] of the linear
  Optional<JoinedProducts> joined(Tensor x, Weight weight) {
    return JoinedProducts.of(host, columns, x, weight);
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
    long version = columns.list().getFirst().adapter().a().value()._version();
    if (operands != null && operands.type() == type && operands.version() == version) {
      return operands;
    }
    if (operands != null) {
      operands.close();
    }
    try (Scope scope = new Scope()) {
      Tensor[] b =
          columns.list().stream()
              .map(each -> Scope.own(each.adapter().b().value().to(type)))
              .toArray(Tensor[]::new);
      operands = new Operands(type, version, Scope.own(columns.a().to(type)), b);
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
    for (Column each : columns.list()) {
      each.ofOutput(y)
          .addmm_(
              each.of(xa),
              now.b()[each.number()].t(),
              covered ? ZERO : ONE,
              new Scalar(each.adapter().scale()));
    }
    return (dy, kept) -> back(dy, kept, xa);
  }

  private Tensor back(Tensor dy, Tensor x, Tensor xa) {
    Operands now = operands(dy.scalar_type().intern());
    // s·dY·B side by side
    Tensor g = Placement.empty(dy.scalar_type(), dy.size(0), columns.rank());
    for (Column each : columns.list()) {
      Tensor dyPart = each.ofOutput(dy);
      Scalar scale = new Scalar(each.adapter().scale());
      // The long side last: three times as fast as dYᵀ·xa where a part has thousands of columns.
      Tensor dB = each.of(xa).t().matmul(dyPart); // [r, out]
      each.adapter().b().gradient().add_(dB.t(), scale);
      each.of(g).addmm_(dyPart, now.b()[each.number()], ZERO, scale);
    }
    Tensor dA = g.t().matmul(x); // [Σr, in]
    for (Column each : columns.list()) {
      each.adapter().a().gradient().add_(dA.narrow(0, each.from(), each.adapter().r()));
    }
    return g.matmul(now.a());
  }

  @Override
  public synchronized void close() {
    host.close();
    if (operands != null) {
      operands.close();
      operands = null;
    }
  }
}
