package io.kubetune.trainer.lora;

import io.kubetune.trainer.kernel.WeightProducts;
import io.kubetune.trainer.load.DenseWeight;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.tensor.Placement;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A weight's products, forward and back: with what is stored where a CPU's own kernels read that,
/// else with what it becomes in the compute type.
///
/// ```
/// WeightProduct.add(y, x, weight);                // y += x Wᵀ
/// Tensor dX = WeightProduct.back(sum, dY, weight);   // sum + dY W
/// ```
public final class WeightProduct {
  private WeightProduct() {}

  /// Whether products of such rows need no copy of the weight in their type.
  public static boolean readsStored(Tensor rows, DenseWeight weight) {
    return weight.stored().scalar_type().intern() == rows.scalar_type().intern()
        || WeightProducts.serving(rows, weight.stored()) != null;
  }

  /// @return null where no kernel of our own takes such rows and such a weight
  static WeightProducts serving(Tensor rows, Weight weight) {
    ScalarType compute = rows.scalar_type().intern();
    ScalarType read =
        weight instanceof DenseWeight dense && readsStored(rows, dense)
            ? dense.stored().scalar_type().intern()
            : compute;
    return WeightProducts.serving(compute, read, weight.rows(), weight.columns());
  }

  /// x · Wᵀ, [T,out].
  public static Tensor of(Tensor x, Weight weight) {
    Tensor w = operand(x, weight);
    WeightProducts products = WeightProducts.serving(x, w);
    if (products == null) {
      return torch.linear(x, w);
    }
    Tensor y = Placement.empty(x.scalar_type(), x.size(0), weight.rows());
    products.forward(x, w, y, false);
    return y;
  }

  /// y += x · Wᵀ.
  public static void add(Tensor y, Tensor x, Weight weight) {
    Tensor w = operand(x, weight);
    WeightProducts products = WeightProducts.serving(x, w);
    if (products == null) {
      y.addmm_(x, w.t());
    } else {
      products.forward(x, w, y, true);
    }
  }

  /// sum + dY · W, [T,in].
  ///
  /// @param sum no one's after that; null: 0
  public static Tensor back(Tensor sum, Tensor dY, Weight weight) {
    Tensor w = operand(dY, weight);
    WeightProducts products = WeightProducts.serving(dY, w);
    if (products == null) {
      return sum == null ? dY.matmul(w) : sum.addmm_(dY, w);
    }
    Tensor dX = sum == null ? Placement.empty(dY.scalar_type(), dY.size(0), w.size(1)) : sum;
    products.backward(dY, w, dX, sum, null);
    return dX;
  }

  static Tensor operand(Tensor rows, Weight weight) {
    return weight instanceof DenseWeight dense && readsStored(rows, dense)
        ? dense.stored()
        : weight.computed(rows.scalar_type());
  }
}
