package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.kernel.WeightProducts;
import io.kubetune.trainer.kernel.WeightProducts.LowRankTerm;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.AdapterColumns.Range;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A linear's products with its plain adapters' terms inside them, by a CPU's own kernels: y and dX
/// are written once, where they are complete.
///
/// ```
/// Tensor xa = joined.low(x);
/// Tensor y = joined.forward(x, xa);              // x Wᵀ + s·xa Bᵀ
/// Tensor dX = joined.backward(dy, x, xa);        // dY W + s·(dY B) A, and gradients added
/// ```
record JoinedProducts(
    HostAdapters host,
    AdapterColumns columns,
    Weight weight,
    WeightProducts products,
    ThinProducts thin) {

  /// @return empty where no kernel takes such rows, such a weight and such ranks together
  static Optional<JoinedProducts> of(
      HostAdapters host, AdapterColumns columns, Tensor x, Weight weight) {
    ScalarType compute = x.scalar_type().intern();
    ThinProducts thin = ThinProducts.serving(x);
    if (thin == null || !WeightProducts.adds(compute, columns.rank())) {
      return Optional.empty();
    }
    return Optional.ofNullable(WeightProduct.serving(x, weight))
        .map(products -> new JoinedProducts(host, columns, weight, products, thin));
  }

  /// x Aᵀ of all adapters side by side, [T, Σr] fp32.
  Tensor low(Tensor x) {
    return Profile.time(Profile.Part.ADAPTERS, () -> host.low(thin, x));
  }

  /// @param xa as [#low] gave it
  /// @return [T, out]
  Tensor forward(Tensor x, Tensor xa) {
    return Profile.time(
        Profile.Part.PRODUCTS,
        () -> {
          Tensor w = WeightProduct.operand(x, weight);
          Tensor y = Placement.empty(x.scalar_type(), x.size(0), weight.rows());
          for (Range each : columns.ranges()) {
            LowRankTerm term =
                each.adapted()
                    .map(column ->
                        new LowRankTerm(
                            xa,
                            column.from(),
                            column.adapter().r(),
                            column.adapter().b().value().contiguous(),
                            column.adapter().scale()))
                    .orElse(null);
            products.forward(x, w, y, each.from(), each.count(), term);
          }
          return y;
        });
  }

  /// Adds into the gradients of A and B.
  ///
  /// @param dy [T, out]
  /// @param x [T, in] as it came in
  /// @return dX, [T, in]
  Tensor backward(Tensor dy, Tensor x, Tensor xa) {
    Tensor g = Profile.time(Profile.Part.ADAPTERS, () -> host.gradients(thin, dy, x, xa));
    return Profile.time(
        Profile.Part.PRODUCTS,
        () -> {
          Tensor w = WeightProduct.operand(dy, weight);
          Tensor dx = Placement.empty(dy.scalar_type(), dy.size(0), weight.columns());
          products.backward(dy, w, dx, null, new LowRankTerm(g, 0, columns.rank(), host.a(), 1));
          return dx;
        });
  }
}
