// A tile of sums stays in registers while one row of the right side after another is multiplied into it. Sums are fp32.
#pragma once
#include "vectors.h"

namespace {

INLINE int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
INLINE int64_t parts(int64_t n, int64_t part) { return (n + part - 1) / part; }

/// A matrix: where it begins, and how far it is from one row to the next.
template <class T>
struct Matrix {
  T *at;
  int64_t row;
  __attribute__((always_inline)) Matrix from(int64_t i, int64_t j) const { return {at + i * row + j, row}; }
};
/// One that two arguments describe.
template <class T>
INLINE Matrix<T> matrix(const Argument *a) {
  return {address<T>(a[0]), a[1].number};
}

/// A low-rank term of a product, scale · low [rows, rank] · factor; of rank 0 where there is none.
struct Term {
  Matrix<const float> low, factor;
  int64_t rank;
  float scale;
};
constexpr int64_t MOST_RANK = 256; // of a term in fp32

/// low, its row, factor, its row, rank, scale
INLINE Term term_of(const Argument *a) { return {matrix<const float>(a), matrix<const float>(a + 2), a[4].number, a[5].real}; }

/// What of a matrix is to be fetched: `lines` of the cache in each of `rows`.
struct Ahead {
  const char *at;
  int64_t row, lines, rows, line;
  template <class T>
  static Ahead of(Matrix<const T> m, int64_t rows, int64_t columns) {
    constexpr int64_t LINE = 64; // bytes
    int64_t row = m.row * sizeof(T), before = (int64_t)m.at % LINE;
    return {(const char *)m.at, row, parts(before + columns * sizeof(T), LINE) + (row % LINE != 0), rows, 0}; // a row need not begin with a line
  }
  /// The next `count` lines.
  __attribute__((always_inline)) void fetch(int64_t count) {
    for (; count > 0 && rows > 0; count--) {
      __builtin_prefetch(at + line * 64, 0, 2);
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

/// sum[i] += left[i] · right over n steps of the summed side; FULL: the last vector too has all its values
template <int M, int V, bool FULL, class Right>
INLINE void add(Floats (&sum)[M][V], const float *left, int64_t left_row, int64_t left_step, const Right *right, int64_t right_step, int last, int64_t n) {
  for (int64_t k = 0; k < n; k++, left += left_step, right += right_step) {
    Floats r[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) r[v] = load(right + v * LANES, FULL || v + 1 < V ? LANES : last);
#pragma GCC unroll 16
    for (int i = 0; i < M; i++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[i][v] += left[i * left_row] * r[v];
  }
}

template <int M, int V, class Out>
INLINE void put(const Floats (&sum)[M][V], Out *out, int64_t out_row, int last, float scale, bool adds) {
#pragma GCC unroll 16
  for (int i = 0; i < M; i++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      int count = v + 1 < V ? LANES : last;
      Out *at = out + i * out_row + v * LANES;
      store(at, adds ? load(at, count) + scale * sum[i][v] : scale * sum[i][v], count);
    }
}

/// Whole vectors of out = onto + sum, onto null: the sums alone
template <int M, int V>
INLINE void put(const Floats (&sum)[M][V], float *out, int64_t out_row, const float *onto, int64_t onto_row) {
#pragma GCC unroll 16
  for (int i = 0; i < M; i++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) store(out + i * out_row + v * LANES, onto ? load(onto + i * onto_row + v * LANES, LANES) + sum[i][v] : sum[i][v], LANES);
}

} // namespace
