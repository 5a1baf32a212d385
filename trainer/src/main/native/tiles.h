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

/// out = onto + scale · sum; onto null: the sums alone
template <int M, int V, class Out>
INLINE void put(const Floats (&sum)[M][V], Out *out, int64_t out_row, int last, float scale, const Out *onto, int64_t onto_row) {
#pragma GCC unroll 16
  for (int i = 0; i < M; i++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      int count = v + 1 < V ? LANES : last;
      Floats x = scale * sum[i][v];
      store(out + i * out_row + v * LANES, onto ? load(onto + i * onto_row + v * LANES, count) + x : x, count);
    }
}
template <int M, int V, class Out>
INLINE void put(const Floats (&sum)[M][V], Out *out, int64_t out_row, int last, float scale, bool adds) {
  put(sum, out, out_row, last, scale, adds ? out : static_cast<const Out *>(nullptr), out_row);
}

} // namespace
