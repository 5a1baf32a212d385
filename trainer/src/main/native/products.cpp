// Products of fp32 rows with a weight that lies in memory as its file has it, fp32, bf16 or fp16: forward with its transpose, backward with itself.
//
// A weight is read once for all rows of `left`: a panel of it, DEPTH of the summed side by some vectors of columns, is turned into fp32 and into the order that
// tiles read it in, and stays in the first cache while tile after tile is multiplied with it; what the next panel will be made of is fetched meanwhile
// (Goto and van de Geijn 2008, with the smaller side in memory's order: it is read where it lies).
//
// The same sums are made in the same order whatever range of panels a thread gets.
#include "weights.h"

namespace {

constexpr int TILE_ROWS = LANES == 16 ? 8 : 6; // with TILE_VECTORS, what fits the registers
constexpr int TILE_VECTORS = LANES == 16 ? 3 : 2;
constexpr int64_t WIDTH = TILE_VECTORS * LANES;
constexpr int64_t DEPTH = 192;
constexpr int64_t GROUP = 3 << 18; // bytes of out that are finished before others are begun: the second cache holds them
constexpr int64_t MOST_RANK = 256; // of a low-rank term
constexpr int64_t FEW = 4; // rows of left for which no panel is worth making

/// The low-rank term of one panel, which is added where the last of the depth is.
struct Low {
  Matrix<const float> left;
  const float *panel;
  int64_t rank;
};

INLINE Floats mixed(Floats a, Floats b, Ints from) {
#if defined(__GNUC__) && !defined(__clang__)
  return __builtin_shuffle(a, b, from);
#else
  Floats x;
  for (int i = 0; i < LANES; i++) x[i] = from[i] < LANES ? a[from[i]] : b[from[i] - LANES];
  return x;
#endif
}
/// LANES rows become LANES columns: squares of 1, 2, 4, … numbers change places across the diagonal.
template <int SQUARE>
INLINE void turn(Floats (&rows)[LANES]) {
  if constexpr (SQUARE < LANES) {
    Ints upper, lower;
    for (int i = 0; i < LANES; i++) {
      upper[i] = i & SQUARE ? LANES + i - SQUARE : i;
      lower[i] = i & SQUARE ? LANES + i : i + SQUARE;
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
      if (i & SQUARE) continue;
      Floats a = rows[i], b = rows[i + SQUARE];
      rows[i] = mixed(a, b, upper);
      rows[i + SQUARE] = mixed(a, b, lower);
    }
    turn<2 * SQUARE>(rows);
  }
}

/// panel [depth, V vectors] of the weight's [columns, depth], zero beyond `columns`
template <int V, class T>
static void panel_turned(Matrix<const T> weight, int64_t columns, int64_t depth, float *panel) {
  for (int64_t c = 0; c < V * LANES; c += LANES)
    vectors(0, depth, [&](int64_t k, int count) {
      Floats rows[LANES];
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) rows[i] = c + i < columns ? load(weight.at + (c + i) * weight.row + k, count) : Floats{};
      turn<1>(rows);
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++)
        if (i < count) store(panel + (k + i) * V * LANES + c, rows[i], LANES);
    });
}
/// panel [depth, V vectors] of the weight's [depth, columns], zero beyond `columns`
template <int V, class T>
static void panel_straight(Matrix<const T> weight, int64_t columns, int64_t depth, float *panel) {
  int last = static_cast<int>(columns - (V - 1) * LANES);
  for (int64_t k = 0; k < depth; k++, panel += V * LANES)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) store(panel + v * LANES, load(weight.at + k * weight.row + v * LANES, v + 1 < V ? LANES : last), LANES);
}

template <int M, int V>
INLINE void tile(Matrix<const float> left, const float *panel, Matrix<float> out, Matrix<const float> onto, int64_t columns, int64_t depth, const Low &low) {
  Floats sum[M][V] = {};
  add<M, V, true>(sum, left.at, left.row, 1, panel, V * LANES, LANES, depth);
  if (low.rank > 0) add<M, V, true>(sum, low.left.at, low.left.row, 1, low.panel, V * LANES, LANES, low.rank);
  if (columns == V * LANES) return put(sum, out.at, out.row, LANES, 1, onto.at, onto.row);
  float block[M * V * LANES]; // a part of a vector would have all sums lie in memory on processors without masks
  put(sum, block, V * LANES, LANES, 1, false);
  for (int i = 0; i < M; i++)
    vectors(0, columns, [&](int64_t j, int count) {
      Floats x = load(block + i * V * LANES + j, count);
      store(out.at + i * out.row + j, onto.at ? load(onto.at + i * onto.row + j, count) + x : x, count);
    });
}
/// out of one panel: rows that make no whole tile are a smaller one
template <int V>
static void panel_product(Matrix<const float> left, const float *panel, Matrix<float> out, Matrix<const float> onto, int64_t rows, int64_t columns,
                          int64_t depth, Low low, Ahead ahead) {
  int64_t each = parts(ahead.rows * ahead.lines, parts(rows, TILE_ROWS));
  for (int64_t i = 0; i < rows; i += TILE_ROWS) {
    ahead.fetch(each);
    Matrix<const float> l = left.from(i, 0), on = {onto.at ? onto.at + i * onto.row : nullptr, onto.row};
    Matrix<float> o = out.from(i, 0);
    Low w = {low.left.from(i, 0), low.panel, low.rank};
    switch (least(TILE_ROWS, rows - i)) {
      case 1: tile<1, V>(l, panel, o, on, columns, depth, w); break;
      case 2: tile<2, V>(l, panel, o, on, columns, depth, w); break;
      case 3: tile<3, V>(l, panel, o, on, columns, depth, w); break;
      case 4: tile<4, V>(l, panel, o, on, columns, depth, w); break;
      case 5: tile<5, V>(l, panel, o, on, columns, depth, w); break;
#if defined(__AVX512F__)
      case 6: tile<6, V>(l, panel, o, on, columns, depth, w); break;
      case 7: tile<7, V>(l, panel, o, on, columns, depth, w); break;
#endif
      default: tile<TILE_ROWS, V>(l, panel, o, on, columns, depth, w);
    }
  }
}

/// Columns of a few rows alone, as when a text is generated: each number of the weight is used where it is read.
template <class T>
static void few(const Product<float, T> &p, int64_t from, int64_t to) {
  for (int64_t c = from; c < to; c++) {
    const T *w = p.weight.at + c * p.weight.row;
    for (int64_t i = 0; i < p.rows; i++) {
      const float *x = p.left.at + i * p.left.row;
      Floats sum[4] = {};
      int64_t k = 0;
      for (; k + 4 * LANES <= p.depth; k += 4 * LANES)
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) sum[v] += load(x + k + v * LANES, LANES) * load(w + k + v * LANES, LANES);
      vectors(k, p.depth, [&](int64_t j, int count) { sum[0] += load(x + j, count) * load(w + j, count); });
      float all = sum_of((sum[0] + sum[1]) + (sum[2] + sum[3])), low = 0;
      for (int64_t j = 0; j < p.term.rank; j++) low += p.term.low.at[i * p.term.low.row + j] * p.term.factor.at[c * p.term.factor.row + j];
      p.out.at[i * p.out.row + c] = (p.onto.at ? p.onto.at[i * p.onto.row + c] : 0.0f) + (all + p.term.scale * low);
    }
  }
}

template <bool TURNED, int V, class T>
INLINE void panel_of(const Product<float, T> &p, const Place &at, float *panel, float *low_panel, Ahead ahead) {
  if (TURNED) panel_turned<V>(p.weight.from(at.column, at.k), at.columns, at.depth, panel);
  else panel_straight<V>(p.weight.from(at.k, at.column), at.columns, at.depth, panel);
  Low low = {p.term.low, low_panel, at.k + at.depth < p.depth ? 0 : p.term.rank};
  if (low.rank > 0) {
    if (TURNED) panel_turned<V>(p.term.factor.from(at.column, 0), at.columns, low.rank, low_panel);
    else panel_straight<V>(p.term.factor.from(0, at.column), at.columns, low.rank, low_panel);
    for (int64_t i = 0; i < low.rank * V * LANES; i += LANES) store(low_panel + i, p.term.scale * load(low_panel + i, LANES), LANES);
  }
  Matrix<float> out = p.out.from(0, at.column);
  Matrix<const float> onto = at.k > 0 ? Matrix<const float>{out.at, out.row} : p.onto.at ? p.onto.from(0, at.column) : p.onto;
  panel_product<V>(p.left.from(0, at.k), panel, out, onto, p.rows, at.columns, at.depth, low, ahead);
}

/// Columns [from, to) of a product
template <bool TURNED, class T>
static void product(const Product<float, T> &p, int64_t from, int64_t to) {
  if (TURNED && p.rows <= FEW) return few(p, from, to);
  alignas(64) float panel[DEPTH * WIDTH], low_panel[MOST_RANK * WIDTH];
  int64_t step = parts(parts(p.depth, parts(p.depth, DEPTH)), LANES) * LANES; // blocks of about the same depth
  int64_t bytes = p.rows * (to - from) * sizeof(float), group = parts(parts(to - from, parts(bytes, GROUP)), WIDTH) * WIDTH;
  for (int64_t first = from, end; first < to; first = end) {
    end = least(to, first + group);
    for (int64_t k = 0; k < p.depth; k += step)
      for (int64_t column = first; column < end; column += WIDTH) {
        bool last = column + WIDTH >= end;
        int64_t next_column = last ? first : column + WIDTH, next_k = last ? k + step : k;
        if (next_k >= p.depth && end < to) next_column = end, next_k = 0;
        Place at = {column, least(WIDTH, end - column), k, least(step, p.depth - k)};
        Ahead ahead = ahead_of<TURNED>(p, {next_column, least(WIDTH, to - next_column), next_k, least(step, p.depth - next_k)});
        switch (parts(at.columns, LANES)) {
          case 1: panel_of<TURNED, 1>(p, at, panel, low_panel, ahead); break;
#if defined(__AVX512F__)
          case 2: panel_of<TURNED, 2>(p, at, panel, low_panel, ahead); break;
#endif
          default: panel_of<TURNED, TILE_VECTORS>(p, at, panel, low_panel, ahead);
        }
      }
  }
}

} // namespace

// The type is the weight's.
#define PRODUCT(name, TURNED, T) \
  EXPORT(name) { Product<float, T> p = product_of<float, T>(a); product<TURNED>(p, from * UNIT, least(p.columns, to * UNIT)); }

PRODUCT(product_turned_fp32, true, float)
PRODUCT(product_turned_bf16, true, bf16)
PRODUCT(product_turned_fp16, true, fp16)
PRODUCT(product_fp32, false, float)
PRODUCT(product_bf16, false, bf16)
PRODUCT(product_fp16, false, fp16)
