// What products with a frozen weight are, whichever tiles they are computed by, and what of the weight is to be fetched before it is used.
#pragma once
#include "tiles.h"

namespace {

/// A low-rank term of a product, scale · low [rows, rank] · factor; of rank 0 where there is none.
struct Term {
  Matrix<const float> low, factor;
  int64_t rank;
  float scale;
};

/// low, its row, factor, its row, rank, scale
INLINE Term term_of(const Argument *a) { return {matrix<const float>(a), matrix<const float>(a + 2), a[4].number, a[5].real}; }

/// A product: out [rows, columns] = onto + left [rows, depth] · right + scale · low [rows, rank] · factor. Right is the weight [depth, columns] or, turned,
/// the transpose of the weight [columns, depth], and so is factor, of which there need be none (rank 0). Onto may be out itself, or nothing (null).
template <class Row, class T>
struct Product {
  Matrix<const Row> left;
  Matrix<const T> weight;
  Matrix<Row> out;
  int64_t rows, columns, depth;
  Matrix<const Row> onto;
  Term term;
};
/// left, its row, weight, its row, out, its row, rows, columns, depth, onto, its row, then the term's arguments
template <class Row, class T>
INLINE Product<Row, T> product_of(const Argument *a) {
  return {matrix<const Row>(a), matrix<const T>(a + 2), matrix<Row>(a + 4), a[6].number, a[7].number, a[8].number, matrix<const Row>(a + 9), term_of(a + 11)};
}
/// A product's unit of work: columns of out, as many as the widest vectors hold.
constexpr int64_t UNIT = 16;

/// Some columns of out, and some of the depth that is summed up.
struct Place {
  int64_t column, columns, k, depth;
};

/// What of a matrix is to be fetched: `lines` of the cache in each of `rows`.
struct Ahead {
  const char *at;
  int64_t row, lines, rows, line;
  static constexpr int64_t LINE = 64; // bytes
  template <class T>
  static Ahead of(Matrix<const T> m, int64_t rows, int64_t columns) {
    int64_t row = m.row * sizeof(T), before = (int64_t)m.at % LINE;
    return {(const char *)m.at, row, parts(before + columns * sizeof(T), LINE) + (row % LINE != 0), rows, 0}; // a row need not begin with a line
  }
  /// The next `count` lines.
  __attribute__((always_inline)) void fetch(int64_t count) {
    for (; count > 0 && rows > 0; count--) {
      __builtin_prefetch(at + line * LINE, 0, 2);
      if (++line == lines) line = 0, rows--, at += row;
    }
  }
};

/// Of the weight at a place; nothing where a product ends.
template <bool TURNED, class Row, class T>
INLINE Ahead ahead_of(const Product<Row, T> &p, const Place &at) {
  if (at.depth <= 0 || at.columns <= 0) return {};
  return TURNED ? Ahead::of(p.weight.from(at.column, at.k), at.columns, at.depth) : Ahead::of(p.weight.from(at.k, at.column), at.depth, at.columns);
}

} // namespace
