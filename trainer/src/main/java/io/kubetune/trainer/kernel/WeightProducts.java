package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Precision;
import java.util.EnumSet;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Products of fp32 rows with a weight that lies in memory as its file has it, fp32, bf16 or fp16,
/// by a CPU's own kernels.
///
/// A frozen weight of 16 bits needs no copy in fp32: half the memory, and half of what is read.
/// Each core reads it once for all its rows; libraries bring it into an order of their own first,
/// and wait for it. Every tensor's rows are without gaps; one row may be any distance from the
/// next.
///
/// ```
/// WeightProducts products = WeightProducts.serving(x, w);
/// products.forward(x, w, y, true);       // y += x Wᵀ
/// products.backward(dy, w, dx, false);   // dX = dY W
/// ```
public final class WeightProducts {
  private static final Set<ScalarType> READ =
      EnumSet.of(ScalarType.Float, ScalarType.BFloat16, ScalarType.Half);

  /// Columns that are a kernel's unit of work (products.cpp).
  private static final long UNIT = 16;

  private final HostProgram program;

  WeightProducts(HostProgram program) {
    this.program = program;
  }

  /// @return null where there are none for such rows and such a weight
  public static WeightProducts serving(Tensor rows, Tensor weight) {
    return serving(rows.scalar_type().intern(), weight.scalar_type().intern());
  }

  /// @param compute of rows, on the host
  /// @param stored of the weight
  /// @return null where there are none
  public static WeightProducts serving(ScalarType compute, ScalarType stored) {
    boolean reads = compute == ScalarType.Float && READ.contains(stored);
    HostKernels kernels = reads ? HostKernels.here() : null;
    return kernels == null ? null : kernels.weightProducts();
  }

  /// y = x · Wᵀ, or that added to it.
  ///
  /// @param x [T, in]
  /// @param weight [out, in]
  /// @param y [T, out]
  public void forward(Tensor x, Tensor weight, Tensor y, boolean adds) {
    launch("product_turned", x, weight, y, adds);
  }

  /// dX = dY · W, or that added to it.
  ///
  /// @param dY [T, out]
  /// @param weight [out, in]
  /// @param dX [T, in]
  public void backward(Tensor dY, Tensor weight, Tensor dX, boolean adds) {
    launch("product", dY, weight, dX, adds);
  }

  private void launch(String kernel, Tensor left, Tensor weight, Tensor out, boolean adds) {
    long rows = out.size(0);
    if (rows == 0) { // as an expert that no token chose has
      return;
    }
    long columns = out.size(1);
    long depth = left.size(1);
    program.launch(
        kernel + "_" + Precision.name(weight.scalar_type().intern()),
        (columns + UNIT - 1) / UNIT,
        HostProgram.PRODUCTS_A_THREAD / (UNIT * rows * depth),
        HostProgram.rows(left),
        left.stride(0),
        HostProgram.rows(weight),
        weight.stride(0),
        HostProgram.rows(out),
        out.stride(0),
        rows,
        columns,
        depth,
        adds ? 1L : 0L);
  }
}
