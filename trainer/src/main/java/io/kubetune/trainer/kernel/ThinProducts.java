package io.kubetune.trainer.kernel;

import org.bytedeco.pytorch.Tensor;

/// Products of a CPU's own kernels with one short side, as those of an adapter of rank r are:
/// `wide` is [T,n] in the compute type, what is r columns short is fp32.
///
/// Libraries spend 35 to 50 µs on starting each, and read `wide` badly. Every tensor's rows are
/// without gaps; one row may be any distance from the next.
///
/// ```
/// products.narrow(x, aTransposed, xa, 1);           // xa = x Aᵀ
/// products.widen(xa, bTransposed, y, scale);        // y = s·xa Bᵀ
/// products.sumsNarrow(dy, xa, gradientOfB, scale);  // dB += s·dYᵀ xa
/// ```
public final class ThinProducts {
  private final HostProgram program;

  ThinProducts(HostProgram program) {
    this.program = program;
  }

  /// @return null where there are none for such a tensor, as [HostKernels#serving]
  public static ThinProducts serving(Tensor wide) {
    HostKernels kernels = HostKernels.serving(wide);
    return kernels == null ? null : kernels.thin();
  }

  /// low = scale · wide · m.
  ///
  /// @param wide [T,n]
  /// @param m [n,r] fp32
  /// @param low [T,r] fp32, written
  public void narrow(Tensor wide, Tensor m, Tensor low, double scale) {
    launch("narrow", wide, wide.size(0), wide, m, low, wide.size(1), scale);
  }

  /// wide = scale · low · m.
  ///
  /// @param low [T,r] fp32
  /// @param m [r,n] fp32
  /// @param wide [T,n], written
  public void widen(Tensor low, Tensor m, Tensor wide, double scale) {
    launch("widen", wide, low.size(0), low, m, wide, low.size(1), scale);
  }

  /// sums += scale · wideᵀ · low.
  ///
  /// @param sums [n,r] fp32
  public void sumsNarrow(Tensor wide, Tensor low, Tensor sums, double scale) {
    launch("sums_narrow", wide, wide.size(1), wide, low, sums, wide.size(0), scale);
  }

  /// sums += scale · lowᵀ · wide.
  ///
  /// @param sums [r,n] fp32
  public void sumsWide(Tensor low, Tensor wide, Tensor sums, double scale) {
    launch("sums_wide", wide, low.size(1), low, wide, sums, low.size(0), scale);
  }

  /// @param like tells the compute type
  /// @param rows of `out`, which threads share
  /// @param depth how many products each sum has
  private void launch(
      String kernel,
      Tensor like,
      long rows,
      Tensor left,
      Tensor right,
      Tensor out,
      long depth,
      double scale) {
    long n = out.size(1);
    program.launch(
        kernel + LayerKernels.suffix(like),
        rows,
        HostProgram.PRODUCTS_A_THREAD / (n * depth),
        HostProgram.rows(left),
        left.stride(0),
        HostProgram.rows(right),
        right.stride(0),
        HostProgram.rows(out),
        out.stride(0),
        n,
        depth,
        (float) scale);
  }
}
