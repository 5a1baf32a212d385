// Products of fp32 rows with a weight that lies in memory as its file has it, fp32, bf16 or fp16: forward with its transpose, backward with itself.
//
// A weight is read once for all rows of `left`: a panel of it, DEPTH of the summed side by some vectors of columns, is turned into fp32 and into the order that
// tiles read it in, and stays in the first cache while tile after tile is multiplied with it; what the next panel will be made of is fetched meanwhile
// (Goto and van de Geijn 2008, with the smaller side in memory's order: it is read where it lies).
//
// The same sums are made in the same order whatever range of panels a thread gets.
#include "tiles.h"

namespace {

constexpr int TILE_ROWS = 6; // with TILE_VECTORS, what fits the registers
constexpr int TILE_VECTORS = LANES == 16 ? 4 : 2;
constexpr int64_t WIDTH = TILE_VECTORS * LANES;
constexpr int64_t DEPTH = 192;
constexpr int64_t FEW = 4; // rows of left for which no panel is worth making
constexpr int64_t LINE = 64; // bytes of a cache's line

INLINE int64_t parts(int64_t n, int64_t part) { return (n + part - 1) / part; }

/// What a product is: out [rows, columns] = left [rows, depth] · right, or that added to it. Right is the weight [depth, columns] or, turned, the transpose of
/// the weight [columns, depth].
template <class T>
struct Product {
  Matrix<const float> left;
  Matrix<const T> weight;
  Matrix<float> out;
  int64_t rows, columns, depth;
  bool adds;
};

/// What of the weight is to be fetched: `lines` of the cache in each of `rows`.
struct Ahead {
  const char *at;
  int64_t row, lines, rows, line;
  /// The next `count` lines.
  __attribute__((always_inline)) void fetch(int64_t count) {
    for (; count > 0 && rows > 0; count--) {
      __builtin_prefetch(at + line * LINE, 0, 2);
      if (++line == lines) line = 0, rows--, at += row;
    }
  }
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
INLINE void tile(Matrix<const float> left, const float *panel, Matrix<float> out, int64_t columns, int64_t depth, bool adds) {
  Floats sum[M][V] = {};
  add<M, V, true>(sum, left.at, left.row, 1, panel, V * LANES, LANES, depth);
  if (columns == V * LANES) return put(sum, out.at, out.row, LANES, 1, adds);
  float block[M * V * LANES]; // a part of a vector would have all sums lie in memory on processors without masks
  put(sum, block, V * LANES, LANES, 1, false);
  for (int i = 0; i < M; i++)
    vectors(0, columns, [&](int64_t j, int count) {
      float *to = out.at + i * out.row + j;
      Floats x = load(block + i * V * LANES + j, count);
      store(to, adds ? load(to, count) + x : x, count);
    });
}
/// out of one panel: rows that make no whole tile are a smaller one
template <int V>
static void panel_product(Matrix<const float> left, const float *panel, Matrix<float> out, int64_t rows, int64_t columns, int64_t depth, bool adds, Ahead ahead) {
  int64_t each = parts(ahead.rows * ahead.lines, parts(rows, TILE_ROWS));
  for (int64_t i = 0; i < rows; i += TILE_ROWS) {
    ahead.fetch(each);
    Matrix<const float> l = left.from(i, 0);
    Matrix<float> o = out.from(i, 0);
    switch (least(TILE_ROWS, rows - i)) {
      case 1: tile<1, V>(l, panel, o, columns, depth, adds); break;
      case 2: tile<2, V>(l, panel, o, columns, depth, adds); break;
      case 3: tile<3, V>(l, panel, o, columns, depth, adds); break;
      case 4: tile<4, V>(l, panel, o, columns, depth, adds); break;
      case 5: tile<5, V>(l, panel, o, columns, depth, adds); break;
      default: tile<TILE_ROWS, V>(l, panel, o, columns, depth, adds);
    }
  }
}

/// Columns of a few rows alone, as when a text is generated: each number of the weight is used where it is read.
template <class T>
static void few(const Product<T> &p, int64_t from, int64_t to) {
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
      float *out = p.out.at + i * p.out.row + c;
      *out = (p.adds ? *out : 0.0f) + sum_of((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
  }
}

/// Some columns of out, and some of the depth that is summed up.
struct Place {
  int64_t column, columns, k, depth;
};

template <bool TURNED, int V, class T>
INLINE void panel_of(const Product<T> &p, const Place &at, float *panel, Ahead ahead) {
  if (TURNED) panel_turned<V>(p.weight.from(at.column, at.k), at.columns, at.depth, panel);
  else panel_straight<V>(p.weight.from(at.k, at.column), at.columns, at.depth, panel);
  panel_product<V>(p.left.from(0, at.k), panel, p.out.from(0, at.column), p.rows, at.columns, at.depth, p.adds || at.k > 0, ahead);
}

template <bool TURNED, class T>
INLINE Ahead ahead_of(const Product<T> &p, const Place &at) {
  if (at.depth <= 0) return {};
  int64_t bytes = sizeof(T), numbers = TURNED ? at.depth : at.columns;
  const T *from = TURNED ? p.weight.from(at.column, at.k).at : p.weight.from(at.k, at.column).at;
  return {(const char *)from, p.weight.row * bytes, parts(numbers * bytes, LINE) + 1, TURNED ? at.columns : at.depth, 0}; // a row need not begin with a line
}

/// Columns [from, to) of a product
template <bool TURNED, class T>
static void product(const Product<T> &p, int64_t from, int64_t to) {
  if (TURNED && p.rows <= FEW) return few(p, from, to);
  alignas(64) float panel[DEPTH * WIDTH];
  int64_t step = parts(parts(p.depth, parts(p.depth, DEPTH)), LANES) * LANES; // blocks of about the same depth
  for (int64_t k = 0; k < p.depth; k += step)
    for (int64_t column = from; column < to; column += WIDTH) {
      bool last = column + WIDTH >= to;
      int64_t next_column = last ? from : column + WIDTH, next_k = last ? k + step : k;
      Place at = {column, least(WIDTH, to - column), k, least(step, p.depth - k)};
      Ahead ahead = ahead_of<TURNED>(p, {next_column, least(WIDTH, to - next_column), next_k, least(step, p.depth - next_k)});
      switch (parts(at.columns, LANES)) {
        case 1: panel_of<TURNED, 1>(p, at, panel, ahead); break;
        case 2: panel_of<TURNED, 2>(p, at, panel, ahead); break;
#if defined(__AVX512F__)
        case 3: panel_of<TURNED, 3>(p, at, panel, ahead); break;
        default: panel_of<TURNED, 4>(p, at, panel, ahead);
#endif
      }
    }
}

/// left, its row, weight, its row, out, its row, rows, columns, depth, adds
template <class T>
INLINE Product<T> product_of(const Argument *a) {
  return {matrix<const float>(a), matrix<const T>(a + 2), matrix<float>(a + 4), a[6].number, a[7].number, a[8].number, a[9].number != 0};
}

} // namespace

// A product's unit of work is UNIT columns of out, as wide as the widest vectors. The type is the weight's.
constexpr int64_t UNIT = 16;
#define PRODUCT(name, TURNED, T) \
  EXPORT(name) { Product<T> p = product_of<T>(a); product<TURNED>(p, from * UNIT, least(p.columns, to * UNIT)); }

PRODUCT(product_turned_fp32, true, float)
PRODUCT(product_turned_bf16, true, bf16)
PRODUCT(product_turned_fp16, true, fp16)
PRODUCT(product_fp32, false, float)
PRODUCT(product_bf16, false, bf16)
PRODUCT(product_fp16, false, fp16)
