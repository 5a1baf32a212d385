package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Precision;
import java.util.EnumSet;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Products of fp32 rows with a weight that lies in memory as its file has it, fp32, bf16 or fp16,
/// and of bf16 rows with one of bf16 where a CPU has matrix tiles (AMX), by its own kernels.
///
/// A frozen weight of 16 bits needs no copy in fp32: half the memory, and half of what is read.
/// Each core reads it once for all its rows; libraries bring it into an order of their own first,
/// and wait for it. Every tensor's rows are without gaps; one row may be any distance from the
/// next.
///
/// ```
/// WeightProducts products = WeightProducts.serving(x, w);
/// products.forward(x, w, y, true);       // y += x Wᵀ
/// products.backward(dy, w, dx, null, new LowRankTerm(g, 0, r, a, 1));   // dX = dY W + g A
/// ```
public final class WeightProducts {
  private static final Set<ScalarType> READ =
      EnumSet.of(ScalarType.Float, ScalarType.BFloat16, ScalarType.Half);

  /// Columns that are a kernel's unit of work (products.cpp).
  private static final long UNIT = 16;

  /// Of a term, in fp32; bf16 takes three numbers in place of one (tiles.h, amx.cpp).
  private static final long MOST_RANK = 256;

  /// What a matrix tile holds of the summed side.
  private static final long TILE_DEPTH = 32;

  private final HostProgram program;

  WeightProducts(HostProgram program) {
    this.program = program;
  }

  /// @return null where there are none for such rows and such a weight
  public static WeightProducts serving(Tensor rows, Tensor weight) {
    return serving(
        rows.scalar_type().intern(), weight.scalar_type().intern(), weight.size(0), weight.size(1));
  }

  /// @param compute of rows, on the host
  /// @param stored of the weight [out, in]
  /// @return null where there are none
  public static WeightProducts serving(ScalarType compute, ScalarType stored, long out, long in) {
    boolean whole = compute == ScalarType.Float || out % TILE_DEPTH == 0 && in % TILE_DEPTH == 0;
    return whole ? serving(compute, stored) : null;
  }

  /// @param compute of rows, on the host
  /// @param stored of the weight
  /// @return null where there are none for weights of any shape or, by matrix tiles, of whole tiles
  public static WeightProducts serving(ScalarType compute, ScalarType stored) {
    HostKernels kernels = HostKernels.here();
    if (kernels == null) {
      return null;
    }
    WeightProducts products = kernels.weightProducts();
    boolean reads =
        compute == ScalarType.Float
            ? READ.contains(stored)
            : compute == ScalarType.BFloat16
                && stored == ScalarType.BFloat16
                && products.program.hasTiles();
    return reads ? products : null;
  }

  /// What a product adds on the way: scale · low · factor, whose sides are fp32.
  ///
  /// @param low [T, ≥ column + rank], of which `rank` columns from `column` on count
  /// @param factor forward [out, rank] as B is, backward [rank, in] as A is
  public record LowRankTerm(Tensor low, long column, long rank, Tensor factor, double scale) {}

  /// Whether a term of such a rank can be added by the product itself.
  ///
  /// @param compute of rows
  public static boolean adds(ScalarType compute, long rank) {
    return rank <= (compute == ScalarType.Float ? MOST_RANK : MOST_RANK / 3);
  }

  /// y = x · Wᵀ, or that added to it.
  ///
  /// @param x [T, in]
  /// @param weight [out, in]
  /// @param y [T, out]
  public void forward(Tensor x, Tensor weight, Tensor y, boolean adds) {
    launch("product_turned", new Sides(x, weight, 0, y, 0, y.size(1)), adds ? y : null, null);
  }

  /// Columns [from, from + count) of y = x · Wᵀ + a term.
  ///
  /// @param term null: none
  public void forward(Tensor x, Tensor weight, Tensor y, long from, long count, LowRankTerm term) {
    Sides sides = new Sides(x, weight, from * weight.stride(0), y, from, count);
    launch("product_turned", sides, null, term);
  }

  /// dX = onto + dY · W + a term.
  ///
  /// @param dY [T, out]
  /// @param weight [out, in]
  /// @param dX [T, in]
  /// @param onto as dX, null: nothing
  /// @param term null: none
  public void backward(Tensor dY, Tensor weight, Tensor dX, Tensor onto, LowRankTerm term) {
    launch("product", new Sides(dY, weight, 0, dX, 0, dX.size(1)), onto, term);
  }

  /// @param weightFrom values of the weight before the first that counts
  /// @param from first of `out`'s columns that are computed
  private record Sides(
      Tensor left, Tensor weight, long weightFrom, Tensor out, long from, long columns) {}

  private void launch(String kernel, Sides sides, Tensor onto, LowRankTerm term) {
    Tensor left = sides.left();
    Tensor weight = sides.weight();
    Tensor out = sides.out();
    long rows = out.size(0);
    if (rows == 0) { // as an expert that no token chose has
      return;
    }
    long columns = sides.columns();
    long depth = left.size(1);
    program.launch(
        left.scalar_type().intern() == ScalarType.BFloat16
            ? "bf16_" + kernel
            : kernel + "_" + Precision.name(weight.scalar_type().intern()),
        (columns + UNIT - 1) / UNIT,
        HostProgram.PRODUCTS_A_THREAD / (UNIT * rows * depth),
        HostProgram.rows(left),
        left.stride(0),
        at(weight, sides.weightFrom()),
        weight.stride(0),
        at(out, sides.from()),
        out.stride(0),
        rows,
        columns,
        depth,
        onto == null ? 0L : at(onto, sides.from()),
        onto == null ? 0L : onto.stride(0),
        term == null ? 0L : at(term.low(), term.column()),
        term == null ? 0L : term.low().stride(0),
        term == null ? 0L : HostProgram.rows(term.factor()),
        term == null ? 0L : term.factor().stride(0),
        term == null ? 0L : term.rank(),
        term == null ? 0f : (float) term.scale());
  }

  private static long at(Tensor tensor, long values) {
    return HostProgram.rows(tensor) + values * tensor.element_size();
  }
}
