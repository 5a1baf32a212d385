// Products of bf16 rows with a bf16 weight on a processor's matrix tiles (AMX): forward with its transpose, backward with itself. Sums are fp32 and rounded
// once, at their end.
//
// As in products.cpp a weight is read once for all rows, a panel of it at a time: DEPTH of the summed side by 32 columns, in the order that tiles want their
// right side in, two numbers of the summed side beside each other. What the next panel will be made of is fetched meanwhile.
//
// The same sums are made in the same order whatever range of panels a thread gets.
#include "weights.h"

namespace {

constexpr int SIDE = 16;              // rows of a tile, and its columns of fp32
constexpr int STEP = 32;              // of the summed side that a tile holds
constexpr int WIDTH = 2 * SIDE;       // columns of a panel
constexpr int BLOCK = 2 * SIDE;       // rows that are multiplied at once: two tiles by two
constexpr int64_t DEPTH = 48 * STEP;  // a panel of at most 96 KB: from the second cache it comes fast enough
constexpr int64_t ROWS = 256;         // whose unfinished sums wait between two panels
constexpr int64_t LOW = 256;          // summed side of a low-rank term: three times its rank, in whole steps
constexpr int64_t LANE_BYTES = 64;

/// The depth is a multiple of STEP.
using Bf16Product = Product<bf16, bf16>;

/// How many numbers of the summed side a low-rank term takes, whose sides are fp32: each number of theirs becomes two of bf16, what it is rounded to and what
/// that leaves, and three products of them give the fourth but for some 2⁻¹⁶ of it: l·f = (h + e)·(g + d) = h·g + e·g + h·d.
INLINE int64_t depth_of(const Term &term) { return parts(3 * term.rank, STEP) * STEP; }

/// Shapes of the eight tiles: 0 to 3 sums, 4 and 5 of left, 6 and 7 of a panel.
struct alignas(64) Shapes {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t bytes[16] = {};
  uint8_t rows[16] = {};
  explicit Shapes(int64_t left_rows) {
    int64_t upper = least(left_rows, SIDE), lower = left_rows > SIDE ? left_rows - SIDE : 1;
    for (int i = 0; i < 8; i++) bytes[i] = LANE_BYTES;
    rows[0] = rows[1] = rows[4] = static_cast<uint8_t>(upper);
    rows[2] = rows[3] = rows[5] = static_cast<uint8_t>(lower);
    rows[6] = rows[7] = SIDE;
  }
};

/// The 128 bits of four rows of the weight, each in a quarter of a vector
INLINE __m512i quarters(const bf16 *at, int64_t row) {
  __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)at));
  x = _mm512_mask_broadcast_i32x4(x, 0x00f0, _mm_loadu_si128((const __m128i *)(at + row)));
  x = _mm512_mask_broadcast_i32x4(x, 0x0f00, _mm_loadu_si128((const __m128i *)(at + 2 * row)));
  return _mm512_mask_broadcast_i32x4(x, 0xf000, _mm_loadu_si128((const __m128i *)(at + 3 * row)));
}
/// A panel's two tiles for STEP numbers of the summed side, of the weight's [WIDTH, depth]
INLINE void step_turned(Matrix<const bf16> weight, bf16 *panel) {
#pragma GCC unroll 2
  for (int t = 0; t < 2; t++)
#pragma GCC unroll 4
    for (int l = 0; l < 4; l++, panel += 4 * STEP) {
      const bf16 *at = weight.at + 4 * t * weight.row + l * 8;
      int64_t row = 8 * weight.row;
      __m512i a = quarters(at, row), b = quarters(at + weight.row, row), c = quarters(at + 2 * weight.row, row), d = quarters(at + 3 * weight.row, row);
      __m512i ab = _mm512_unpacklo_epi32(a, b), cd = _mm512_unpacklo_epi32(c, d), AB = _mm512_unpackhi_epi32(a, b), CD = _mm512_unpackhi_epi32(c, d);
      _mm512_store_si512(panel, _mm512_unpacklo_epi64(ab, cd));
      _mm512_store_si512(panel + STEP, _mm512_unpackhi_epi64(ab, cd));
      _mm512_store_si512(panel + 2 * STEP, _mm512_unpacklo_epi64(AB, CD));
      _mm512_store_si512(panel + 3 * STEP, _mm512_unpackhi_epi64(AB, CD));
    }
}
/// The same of the weight's [depth, columns], zero beyond `columns`
INLINE void step_straight(Matrix<const bf16> weight, int64_t columns, bf16 *panel) {
  __mmask32 there = static_cast<__mmask32>((1ull << columns) - 1);
#pragma GCC unroll 4
  for (int p = 0; p < SIDE; p++) {
    const bf16 *even = weight.at + 2 * p * weight.row;
    __m512i a = _mm512_maskz_loadu_epi16(there, even), b = _mm512_maskz_loadu_epi16(there, even + weight.row);
    _mm512_store_si512(panel + p * STEP, _mm512_unpacklo_epi16(a, b));
    _mm512_store_si512(panel + SIDE * STEP + p * STEP, _mm512_unpackhi_epi16(a, b));
  }
}
/// Fewer than WIDTH rows of a weight, and beneath them zeros
struct Few {
  alignas(64) bf16 rows[WIDTH * STEP];
  Few(Matrix<const bf16> weight, int64_t count) {
    for (int64_t i = 0; i < WIDTH; i++)
      _mm512_store_si512(rows + i * STEP, i < count ? _mm512_loadu_si512(weight.at + i * weight.row) : _mm512_setzero_si512());
  }
};

/// A row of a low-rank term's side as three of bf16 one after another, and zeros to the end: h, e, h of the left side, or g, g, d of the factor.
template <bool FACTOR>
INLINE void split(const float *from, int64_t rank, float scale, bf16 *to, int64_t depth) {
  for (int64_t j = 0; j < depth; j += STEP) _mm512_store_si512(to + j, _mm512_setzero_si512());
  vectors(0, rank, [&](int64_t j, int count) {
    Floats x = scale * load(from + j, count);
    Floats whole = numbers(rounded(x)), rest = x - whole;
    store(to + j, whole, count);
    store(to + rank + j, FACTOR ? whole : rest, count);
    store(to + 2 * rank + j, FACTOR ? rest : whole, count);
  });
}
/// What a panel has of the factor: `panel` [steps of its depth], columns [column, column + columns)
template <bool TURNED>
static void low_panel(const Bf16Product &p, int64_t column, int64_t columns, bf16 *panel) {
  int64_t depth = depth_of(p.term), rank = p.term.rank;
  alignas(64) bf16 side[LOW * WIDTH];
  if (TURNED) { // [columns, depth]
    for (int64_t c = 0; c < WIDTH; c++)
      split<true>(p.term.factor.at + least(column + c, p.columns - 1) * p.term.factor.row, rank, p.term.scale, side + c * depth, depth);
    for (int64_t k = 0; k < depth; k += STEP) step_turned({side + k, depth}, panel + k * WIDTH);
  } else { // [depth, columns]
    for (int64_t k = 0; k < depth; k++) {
      const float *row = p.term.factor.from(k % rank, column).at;
      for (int64_t j = 0; j < WIDTH; j += LANES) {
        int count = static_cast<int>(least(LANES, columns - j));
        Floats x = k < 3 * rank && count > 0 ? p.term.scale * load(row + j, count) : Floats{};
        store(side + k * WIDTH + j, k < 2 * rank ? x : x - numbers(rounded(x)), LANES);
      }
    }
    for (int64_t k = 0; k < depth; k += STEP) step_straight({side + k * WIDTH, WIDTH}, WIDTH, panel + k * WIDTH);
  }
}

/// A left side and a panel, of so many steps.
struct Sides {
  Matrix<const bf16> left;
  const bf16 *panel;
  int64_t steps;
};
template <bool BOTH>
INLINE void multiply(const Sides &sides, Ahead &ahead, int64_t each) {
  const bf16 *panel = sides.panel, *upper = sides.left.at, *lower = sides.left.at + SIDE * sides.left.row;
  int64_t row = sides.left.row * sizeof(bf16);
  for (int64_t k = 0; k < sides.steps; k++, panel += 2 * SIDE * STEP, upper += STEP, lower += STEP) {
    ahead.fetch(each);
    _tile_loadd(6, panel, LANE_BYTES);
    _tile_loadd(4, upper, row);
    _tile_loadd(7, panel + SIDE * STEP, LANE_BYTES);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if (BOTH) {
      _tile_loadd(5, lower, row);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
}
/// sums of two tiles of rows (or one) with a panel and a term's; `kept` [BLOCK, WIDTH] are those of the depth before
template <bool BOTH>
INLINE void block(const Sides &sides, const Sides &low, float *kept, bool first, Ahead &ahead, int64_t each) {
  constexpr int64_t ROW = WIDTH * sizeof(float);
  if (first) {
    _tile_zero(0);
    _tile_zero(1);
    if (BOTH) _tile_zero(2);
    if (BOTH) _tile_zero(3);
  } else {
    _tile_loadd(0, kept, ROW);
    _tile_loadd(1, kept + SIDE, ROW);
    if (BOTH) _tile_loadd(2, kept + SIDE * WIDTH, ROW);
    if (BOTH) _tile_loadd(3, kept + SIDE * WIDTH + SIDE, ROW);
  }
  multiply<BOTH>(sides, ahead, each);
  if (low.steps > 0) multiply<BOTH>(low, ahead, 0);
  _tile_stored(0, kept, ROW);
  _tile_stored(1, kept + SIDE, ROW);
  if (BOTH) _tile_stored(2, kept + SIDE * WIDTH, ROW);
  if (BOTH) _tile_stored(3, kept + SIDE * WIDTH + SIDE, ROW);
}

/// out = onto + kept. Panels have columns 0 to 3 of each eight in their first tile and 4 to 7 in their second, as the unpacking of two vectors
/// leaves them.
INLINE void finish(const float *kept, Matrix<bf16> out, Matrix<const bf16> onto, int64_t rows, int64_t columns) {
  __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), back = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  __mmask32 there = static_cast<__mmask32>((1ull << columns) - 1);
  for (int64_t i = 0; i < rows; i++, kept += WIDTH) {
    bf16 *to = out.at + i * out.row;
    __m512 a = _mm512_load_ps(kept), b = _mm512_load_ps(kept + SIDE);
    if (onto.at) {
      __m512i before = _mm512_permutexvar_epi64(back, _mm512_maskz_loadu_epi16(there, onto.at + i * onto.row));
      a += (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(before)), 16);
      b += (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(before, 1)), 16);
    }
    _mm512_mask_storeu_epi16(to, there, _mm512_permutexvar_epi64(order, (__m512i)_mm512_cvtne2ps_pbh(b, a)));
  }
}

/// A panel of the weight: `steps` of the summed side from k on
template <bool TURNED>
INLINE void panel_of(const Bf16Product &p, int64_t column, int64_t columns, int64_t k, int64_t steps, bf16 *panel) {
  for (int64_t s = 0; s < steps; s++, k += STEP, panel += STEP * WIDTH) {
    if (!TURNED) step_straight(p.weight.from(k, column), columns, panel);
    else if (columns < WIDTH) step_turned({Few(p.weight.from(column, k), columns).rows, STEP}, panel);
    else step_turned(p.weight.from(column, k), panel);
  }
}
/// Columns [from, to) of a product
template <bool TURNED>
static void product(const Bf16Product &p, int64_t from, int64_t to) {
  alignas(64) bf16 panel[DEPTH * WIDTH], term_panel[LOW * WIDTH], low[ROWS * LOW];
  alignas(64) float kept[ROWS * WIDTH];
  int64_t step = parts(parts(p.depth, parts(p.depth, DEPTH)), STEP) * STEP, low_depth = depth_of(p.term); // panels of about the same depth
  for (int64_t row = 0; row < p.rows; row += ROWS) {
    int64_t rows = least(ROWS, p.rows - row);
    Shapes whole(BLOCK), rest(rows % BLOCK);
    for (int64_t i = 0; i < rows && low_depth > 0; i++) split<false>(p.term.low.from(row + i, 0).at, p.term.rank, 1, low + i * low_depth, low_depth);
    _tile_loadconfig(&whole);
    for (int64_t column = from; column < to; column += WIDTH) {
      int64_t columns = least(WIDTH, to - column);
      if (low_depth > 0) low_panel<TURNED>(p, column, columns, term_panel);
      for (int64_t k = 0; k < p.depth; k += step) {
        int64_t depth = least(step, p.depth - k), steps = depth / STEP;
        bool first = k == 0, last = k + step >= p.depth, alone = first && last; // sums of a block wait nowhere then
        panel_of<TURNED>(p, column, columns, k, steps, panel);
        int64_t next_column = last ? column + WIDTH : column, next_k = last ? 0 : k + step;
        Ahead ahead = ahead_of<TURNED>(p, {next_column, least(WIDTH, to - next_column), next_k, least(step, p.depth - next_k)});
        int64_t each = parts(ahead.rows * ahead.lines, parts(rows, BLOCK) * steps);
        for (int64_t i = 0; i < rows; i += BLOCK) {
          int64_t here = least(BLOCK, rows - i);
          Matrix<bf16> out = p.out.from(row + i, column);
          if (last)
            for (int64_t r = 0; r < here; r++) __builtin_prefetch(out.at + r * out.row, 1, 3); // each row is a line far from the others
          if (here < BLOCK) _tile_loadconfig(&rest);
          float *sums = alone ? kept : kept + i * WIDTH;
          Sides sides = {p.left.from(row + i, k), panel, steps}, term = {{low + i * low_depth, low_depth}, term_panel, last ? low_depth / STEP : 0};
          if (here > SIDE) block<true>(sides, term, sums, first, ahead, each);
          else block<false>(sides, term, sums, first, ahead, each);
          if (here < BLOCK) _tile_loadconfig(&whole);
          if (last) finish(sums, out, p.onto.at ? p.onto.from(row + i, column) : p.onto, here, columns);
        }
      }
    }
  }
  _tile_release();
}

} // namespace

#define PRODUCT(name, TURNED) \
  EXPORT(name) { Bf16Product p = product_of<bf16, bf16>(a); product<TURNED>(p, from * UNIT, least(p.columns, to * UNIT)); }

PRODUCT(bf16_product_turned, true)
PRODUCT(bf16_product, false)
