// Products with one short side, as an adapter's are: rank 16 beside hundreds of tokens and thousands of columns. Libraries spend as long on starting such
// a product as on computing it, and pack what is read once.
//
// The same sums are made in the same order whatever range of rows a thread gets.
#include "tiles.h"

namespace {

constexpr int TILE_ROWS = LANES == 16 ? 8 : 4; // with TILE_VECTORS, what fits the registers
constexpr int TILE_VECTORS = 3;
constexpr int64_t CHUNK = 128; // of the summed side: what is converted, or stays in the cache, at a time

/// One tile: out = scale·left·right over `depth` columns of left
template <int M, int V, bool FULL, class Left, class Out>
INLINE void rows_tile(Matrix<const Left> left, Matrix<const float> right, Matrix<Out> out, int64_t depth, int last, float scale) {
  Floats sum[M][V] = {};
  if constexpr (sizeof(Left) == sizeof(float)) {
    add<M, V, FULL>(sum, left.at, left.row, 1, right.at, right.row, last, depth);
  } else {
    float block[M * CHUNK];
    for (int64_t k = 0; k < depth; k += CHUNK) {
      int64_t n = depth - k < CHUNK ? depth - k : CHUNK;
      for (int i = 0; i < M; i++)
        vectors(0, n, [&](int64_t j, int count) { store(block + i * CHUNK + j, load(left.at + i * left.row + k + j, count), count); });
      add<M, V, FULL>(sum, block, CHUNK, 1, right.at + k * right.row, right.row, last, n);
    }
  }
  put(sum, out.at, out.row, last, scale, false);
}

/// One tile: out += scale·leftᵀ·right over `depth` rows of both, at most a chunk
template <int M, int V, bool FULL, class Right>
INLINE void sums_tile(Matrix<const float> left, Matrix<const Right> right, Matrix<float> out, int64_t depth, int last, float scale) {
  Floats sum[M][V] = {};
  add<M, V, FULL>(sum, left.at, 1, left.row, right.at, right.row, last, depth);
  put(sum, out.at, out.row, last, scale, true);
}

/// CALL<vectors, FULL>(…, values of the last vector, scale) for a tile of at most TILE_VECTORS of n columns.
#define BY_WIDTH(n, CALL, ...) \
  do { \
    int last = (n) % LANES ? static_cast<int>((n) % LANES) : LANES; \
    if ((n) >= 3 * LANES) CALL(3, true, __VA_ARGS__, LANES, scale); \
    else if ((n) > 2 * LANES) CALL(3, false, __VA_ARGS__, last, scale); \
    else if ((n) == 2 * LANES) CALL(2, true, __VA_ARGS__, last, scale); \
    else if ((n) > LANES) CALL(2, false, __VA_ARGS__, last, scale); \
    else if ((n) == LANES) CALL(1, true, __VA_ARGS__, last, scale); \
    else CALL(1, false, __VA_ARGS__, last, scale); \
  } while (0)

// rows of out [.., n] = scale · left [.., depth] · right [depth, n]
template <int M, class Left, class Out>
INLINE void rows_of(Matrix<const Left> left, Matrix<const float> right, Matrix<Out> out, int64_t n, int64_t depth, float scale) {
#define ROWS_TILE(V, FULL, ...) rows_tile<M, V, FULL>(__VA_ARGS__)
  for (int64_t j = 0; j < n; j += TILE_VECTORS * LANES) BY_WIDTH(n - j, ROWS_TILE, left, right.from(0, j), out.from(0, j), depth);
}
template <class Left, class Out>
INLINE void rows_product(Matrix<const Left> left, Matrix<const float> right, Matrix<Out> out, int64_t from, int64_t to, int64_t n, int64_t depth, float scale) {
  int64_t row = from;
  if (n == LANES) // rank 16, mostly: twice the rows keep as many sums under way
    for (; row + 2 * TILE_ROWS <= to; row += 2 * TILE_ROWS) rows_tile<2 * TILE_ROWS, 1, true>(left.from(row, 0), right, out.from(row, 0), depth, LANES, scale);
  for (; row + TILE_ROWS <= to; row += TILE_ROWS) rows_of<TILE_ROWS>(left.from(row, 0), right, out.from(row, 0), n, depth, scale);
  for (; row < to; row++) rows_of<1>(left.from(row, 0), right, out.from(row, 0), n, depth, scale);
}

// columns of left, which are rows of out: out [.., n] += scale · leftᵀ [.., depth] · right [depth, n]
template <int M, class Left, class Right>
INLINE void sums_of(Matrix<const Left> left, Matrix<const Right> right, Matrix<float> out, int64_t n, int64_t depth, float scale) {
#define SUMS_TILE(V, FULL, ...) sums_tile<M, V, FULL>(__VA_ARGS__)
  float block[M * CHUNK];
  Matrix<const float> numbers;
  if constexpr (sizeof(Left) == sizeof(float)) {
    numbers = left;
  } else {
    for (int64_t k = 0; k < depth; k++) store(block + k * M, load(left.at + k * left.row, M), M);
    numbers = {block, M};
  }
  if constexpr (M > TILE_ROWS) sums_tile<M, 1, true>(numbers, right, out, depth, LANES, scale);
  else
    for (int64_t j = 0; j < n; j += TILE_VECTORS * LANES) BY_WIDTH(n - j, SUMS_TILE, numbers, right.from(0, j), out.from(0, j), depth);
}
template <class Left, class Right>
INLINE void sums_product(Matrix<const Left> left, Matrix<const Right> right, Matrix<float> out, int64_t from, int64_t to, int64_t n, int64_t depth, float scale) {
  for (int64_t k = 0; k < depth; k += CHUNK) {
    int64_t count = depth - k < CHUNK ? depth - k : CHUNK, row = from;
    if (n == LANES)
      for (; row + 2 * TILE_ROWS <= to; row += 2 * TILE_ROWS) sums_of<2 * TILE_ROWS>(left.from(k, row), right.from(k, 0), out.from(row, 0), n, count, scale);
    for (; row + TILE_ROWS <= to; row += TILE_ROWS) sums_of<TILE_ROWS>(left.from(k, row), right.from(k, 0), out.from(row, 0), n, count, scale);
    for (; row < to; row++) sums_of<1>(left.from(k, row), right.from(k, 0), out.from(row, 0), n, count, scale);
  }
}

} // namespace

// Each: left, its row, right, its row, out, its row, n, depth, scale
#define ROWS_PRODUCT(name, Left, Out) \
  EXPORT(name) { rows_product(matrix<const Left>(a), matrix<const float>(a + 2), matrix<Out>(a + 4), from, to, a[6].number, a[7].number, a[8].real); }
#define SUMS_PRODUCT(name, Left, Right) \
  EXPORT(name) { sums_product(matrix<const Left>(a), matrix<const Right>(a + 2), matrix<float>(a + 4), from, to, a[6].number, a[7].number, a[8].real); }

ROWS_PRODUCT(narrow_fp32, float, float)
ROWS_PRODUCT(narrow_bf16, bf16, float)
ROWS_PRODUCT(widen_fp32, float, float)
ROWS_PRODUCT(widen_bf16, float, bf16)
SUMS_PRODUCT(sums_narrow_fp32, float, float)
SUMS_PRODUCT(sums_narrow_bf16, bf16, float)
SUMS_PRODUCT(sums_wide_fp32, float, float)
SUMS_PRODUCT(sums_wide_bf16, float, bf16)
