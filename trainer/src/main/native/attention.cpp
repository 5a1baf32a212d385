// softmax(scale · q kᵀ) v of a document's head and its derivative, a block of queries and a chunk of keys at a time: neither scores nor probabilities
// are written to memory (Dao et al. 2022, FlashAttention; Milakov and Gimelshein 2018 for sums of powers whose largest is not known yet).
//
// A unit of work is a document, a key head, and some of the query heads that share it. All numbers are fp32 but what is read and written.
#include "tiles.h"

namespace {

constexpr int TILE_ROWS = 6; // with TILE_VECTORS, what fits the registers
constexpr int TILE_VECTORS = LANES == 16 ? 4 : 2;
constexpr int64_t QUERIES = 48; // of a block
constexpr int64_t KEYS = 192; // of a chunk, where heads are not wide
constexpr int64_t WIDEST = 256; // numbers of a head
constexpr int64_t CHUNK = KEYS * 64; // numbers of a chunk: what a cache of the second level holds several of
constexpr float LOWEST = -__builtin_inff();

INLINE int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }
INLINE int64_t whole(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

/// Numbers of a tensor [rows, heads, d], each head's without gaps.
template <class T>
struct Heads {
  T *at;
  int64_t row, head;
  __attribute__((always_inline)) T *of(int64_t i, int64_t h) const { return at + i * row + h * head; }
};
template <class T>
INLINE Heads<T> heads(const Argument *a) {
  return {address<T>(a[0]), a[1].number, a[2].number};
}

/// Where a document lies: its rows among the queries, how many of them no one asks for, its first key, and keys before its own first.
struct Document {
  int64_t row, length, skipped, key_row, before;
};

/// What all documents share; `stats` are two numbers a head and row: the largest score, and the sum of powers beside it.
struct Shape {
  const Document *documents;
  int64_t key_heads, groups, parts, d, window, rows;
  float scale, cap;
  float *tops, *sums;
};

struct Unit {
  Document document;
  int64_t part, key_head, first_head, last_head;
};
INLINE Unit unit(const Shape &s, int64_t number) {
  int64_t of_document = s.key_heads * s.parts, in = number % of_document, part = in / s.key_heads, key_head = in % s.key_heads;
  int64_t first = key_head * s.groups + s.groups * part / s.parts, last = key_head * s.groups + s.groups * (part + 1) / s.parts;
  return {s.documents[number / of_document], part, key_head, first, last};
}

/// Some queries of a document beside some of its keys; places are counted from the first key that the document sees.
struct Block {
  int64_t query, rows, place; // of the first query among the document's own, how many, its place
  int64_t key, keys; // place of the chunk's first key, and how many the block's last query sees of it
  int64_t window;
  bool begins, ends; // whether the chunk is the first that the block sees, and the last

  /// Keys of the chunk that a row's query sees.
  __attribute__((always_inline)) int64_t from(int64_t row) const { return least(keys, most(0, place + row + 1 - window - key)); }
  __attribute__((always_inline)) int64_t to(int64_t row) const { return least(keys, most(0, place + row + 1 - key)); }
};

/// Calls body(block) for the blocks of queries that see something of the chunk of `keys` keys from place `key` on.
template <class Body>
INLINE void blocks(const Document &document, int64_t window, int64_t key, int64_t keys, Body body) {
  for (int64_t query = document.skipped; query < document.length; query += QUERIES) {
    int64_t rows = least(QUERIES, document.length - query), place = document.before + query, first = most(0, place + 1 - window);
    if (place + rows <= key || key + keys <= first) continue;
    body(Block{query, rows, place, key, least(keys, place + rows - key), window, key <= first, key + keys >= place + rows});
  }
}

INLINE int64_t chunk_keys(int64_t d) { return least(KEYS, CHUNK / whole(d) / LANES * LANES); }

/// The left side of a product: its numbers are `row` apart from one row to the next, and `step` in a row.
struct Left {
  const float *at;
  int64_t row, step;
};
/// Where a product goes: instead of what was there, or added to it, times `scale`.
struct Out {
  float *at;
  int64_t row;
  bool adds;
  float scale;
};
template <int M, int V, bool FULL>
INLINE void tile(Left left, const float *right, int64_t right_row, Out out, int last, int64_t depth) {
  Floats sum[M][V] = {};
  add<M, V, FULL>(sum, left.at, left.row, left.step, right, right_row, last, depth);
  put(sum, out.at, out.row, last, out.scale, out.adds);
}
template <int M>
INLINE void tiles(Left left, const float *right, int64_t right_row, Out out, int64_t n, int64_t depth) {
  for (int64_t j = 0; j < n;) {
    int64_t rest = n - j;
    if (rest >= TILE_VECTORS * LANES) tile<M, TILE_VECTORS, true>(left, right, right_row, out, LANES, depth), rest = TILE_VECTORS * LANES;
    else if (TILE_VECTORS > 3 && rest >= 3 * LANES) tile<M, 3, true>(left, right, right_row, out, LANES, depth), rest = 3 * LANES;
    else if (TILE_VECTORS > 2 && rest >= 2 * LANES) tile<M, 2, true>(left, right, right_row, out, LANES, depth), rest = 2 * LANES;
    else if (rest >= LANES) tile<M, 1, true>(left, right, right_row, out, LANES, depth), rest = LANES;
    else tile<M, 1, false>(left, right, right_row, out, static_cast<int>(rest), depth);
    j += rest, right += rest, out.at += rest;
  }
}
/// left [rows, depth] · right [depth, n], of at most a tile's rows
static void product(Left left, const float *right, int64_t right_row, Out out, int64_t rows, int64_t n, int64_t depth) {
  if (rows == TILE_ROWS) return tiles<TILE_ROWS>(left, right, right_row, out, n, depth);
  for (int64_t row = 0; row < rows; row++, left.at += left.row, out.at += out.row) tiles<1>(left, right, right_row, out, n, depth);
}

/// Calls body(row, rows) for a tile's rows at a time.
template <class Body>
INLINE void by_rows(int64_t rows, Body body) {
  for (int64_t row = 0; row < rows; row += TILE_ROWS) body(row, least(TILE_ROWS, rows - row));
}

/// scale · x as fp32, rows `d` padded to whole vectors apart
template <class T>
INLINE void copy(Heads<const T> x, int64_t row, int64_t head, int64_t rows, int64_t d, float scale, float *to) {
  for (int64_t i = 0; i < rows; i++, to += whole(d)) {
    const T *from = x.of(row + i, head);
    vectors(0, d, [&](int64_t j, int count) { store(to + j, load(from + j, count) * scale, LANES); });
  }
}
/// [d, keys] of [keys, d], rows `chunk` apart, zero up to whole vectors of keys
static void turn(const float *x, int64_t keys, int64_t d, int64_t chunk, float *to) {
  for (int64_t j = 0; j < d; j++)
    for (int64_t i = 0; i < whole(keys); i++) to[j * chunk + i] = i < keys ? x[i * whole(d) + j] : 0.0f;
}

/// A block's scores: what each tile of rows sees, up to whole vectors; capped where the shape says so
static void scores(const Block &b, const float *q, const float *turned, int64_t chunk, int64_t d, float *to) {
  by_rows(b.rows, [&](int64_t row, int64_t rows) {
    product({q + row * whole(d), whole(d), 1}, turned, chunk, {to + row * chunk, chunk, false, 1}, rows, whole(b.to(row + rows - 1)), d);
  });
}
INLINE Floats capped(Floats x, float cap) { return cap > 0 ? cap * (1.0f - 2.0f / (1.0f + exponential(x * (2.0f / cap)))) : x; }

INLINE void clear(float *row, int64_t from, int64_t to) {
  vectors(from, to, [&](int64_t j, int count) { store(row + j, Floats{}, count); });
}

/// Powers in the scores' place, beside the largest score so far; what was added up before is made smaller where that grew
static void powers(const Shape &s, const Block &b, float *scores, int64_t chunk, float *tops, float *sums, Heads<float> sum, int64_t head) {
  for (int64_t i = 0; i < b.rows; i++) {
    float *row = scores + i * chunk;
    int64_t from = b.from(i), to = b.to(i);
    float before = b.begins ? LOWEST : tops[i], top = before;
    if (from < to) {
      if (s.cap > 0) vectors(from, to, [&](int64_t j, int count) { store(row + j, capped(load(row + j, count), s.cap), count); });
      float here = largest(row + from, to - from);
      top = here > top ? here : top;
    }
    Floats total = {};
    vectors(from, to, [&](int64_t j, int count) {
      Floats e = keep(exponential(load(row + j, count) - top), count, 0);
      store(row + j, e, count);
      total += e;
    });
    clear(row, 0, from);
    clear(row, to, b.keys);
    float less = before == LOWEST ? 0.0f : exponential(before - top);
    tops[i] = top;
    sums[i] = (b.begins ? 0.0f : sums[i] * less) + sum_of(total);
    if (!b.begins && less != 1.0f) {
      float *out = sum.of(i, head);
      vectors(0, s.d, [&](int64_t j, int count) { store(out + j, load(out + j, count) * less, count); });
    }
  }
}

/// @param sum where outputs are added up: out itself, where that is fp32
template <class T>
static void attention(const Shape &s, const Unit &u, Heads<const T> q, Heads<const T> k, Heads<const T> v, Heads<T> out, Heads<float> sum) {
  alignas(64) float values[CHUNK], turned[CHUNK], queries[QUERIES * WIDEST], powered[QUERIES * KEYS];
  const Document &document = u.document;
  int64_t chunk = chunk_keys(s.d), d = s.d, wide = whole(d), all = document.before + document.length;
  for (int64_t key = 0; key < all; key += chunk) {
    int64_t keys = least(chunk, all - key);
    copy(k, document.key_row + key, u.key_head, keys, d, 1.0f, values);
    turn(values, keys, d, chunk, turned);
    copy(v, document.key_row + key, u.key_head, keys, d, 1.0f, values);
    for (int64_t head = u.first_head; head < u.last_head; head++)
      blocks(document, s.window, key, keys, [&](const Block &b) {
        int64_t first = document.row + b.query, stats = head * s.rows + first;
        Heads<float> to = {sum.of(first, 0), sum.row, sum.head};
        copy(q, first, head, b.rows, d, s.scale, queries);
        scores(b, queries, turned, chunk, d, powered);
        powers(s, b, powered, chunk, s.tops + stats, s.sums + stats, to, head);
        by_rows(b.rows, [&](int64_t row, int64_t rows) {
          product({powered + row * chunk, chunk, 1}, values, wide, {to.of(row, head), to.row, !b.begins, 1}, rows, d, b.to(row + rows - 1));
        });
        if (!b.ends) return;
        for (int64_t i = 0; i < b.rows; i++) {
          float by = 1.0f / s.sums[stats + i], *from = to.of(i, head);
          T *at = out.of(first + i, head);
          vectors(0, d, [&](int64_t j, int count) { store(at + j, load(from + j, count) * by, count); });
        }
      });
  }
}

/// p from scores, in their place, and dS = p ∘ (dP − Σ dO∘O) in dP's
template <class T>
INLINE void scores_back(const Shape &s, const Block &b, float *p, float *ds, int64_t chunk, const float *tops, const float *sums, const float *d_out, Heads<const T> out,
                        int64_t head) {
  for (int64_t i = 0; i < b.rows; i++) {
    float *power = p + i * chunk, *back = ds + i * chunk, top = tops[i], by = 1.0f / sums[i];
    const float *d_row = d_out + i * whole(s.d);
    const T *row = out.of(i, head);
    Floats products = {};
    vectors(0, s.d, [&](int64_t j, int count) { products += load(d_row + j, count) * load(row + j, count); });
    float along = sum_of(products);
    int64_t from = b.from(i), to = b.to(i);
    vectors(from, to, [&](int64_t j, int count) {
      Floats score = capped(load(power + j, count), s.cap), e = exponential(score - top) * by, d = e * (load(back + j, count) - along);
      if (s.cap > 0) d *= 1.0f - (score / s.cap) * (score / s.cap); // of cap·tanh(x/cap)
      store(power + j, e, count);
      store(back + j, d, count);
    });
    clear(power, 0, from);
    clear(power, to, b.keys);
    clear(back, 0, from);
    clear(back, to, b.keys);
  }
}

/// @param dq, dk, dv fp32; the two last of the unit's part, and written for the document's keys
template <class T>
static void attention_back(const Shape &s, const Unit &u, Heads<const T> d_out, Heads<const T> out, Heads<const T> q, Heads<const T> k, Heads<const T> v, Heads<float> dq,
                           Heads<float> dk, Heads<float> dv) {
  alignas(64) float key_rows[CHUNK], turned_keys[CHUNK], turned_values[CHUNK], queries[QUERIES * WIDEST], outputs[QUERIES * WIDEST], p[QUERIES * KEYS], ds[QUERIES * KEYS];
  const Document &document = u.document;
  int64_t chunk = chunk_keys(s.d), d = s.d, wide = whole(d), all = document.before + document.length;
  for (int64_t key = 0; key < all; key += chunk) {
    int64_t keys = least(chunk, all - key), key_row = document.key_row + key;
    copy(v, key_row, u.key_head, keys, d, 1.0f, key_rows);
    turn(key_rows, keys, d, chunk, turned_values);
    copy(k, key_row, u.key_head, keys, d, 1.0f, key_rows);
    turn(key_rows, keys, d, chunk, turned_keys);
    for (int64_t i = 0; i < keys; i++) {
      clear(dk.of(key_row + i, u.key_head), 0, d);
      clear(dv.of(key_row + i, u.key_head), 0, d);
    }
    for (int64_t head = u.first_head; head < u.last_head; head++)
      blocks(document, s.window, key, keys, [&](const Block &b) {
        int64_t first = document.row + b.query, stats = head * s.rows + first;
        copy(q, first, head, b.rows, d, s.scale, queries);
        copy(d_out, first, head, b.rows, d, 1.0f, outputs);
        scores(b, queries, turned_keys, chunk, d, p);
        scores(b, outputs, turned_values, chunk, d, ds);
        scores_back<T>(s, b, p, ds, chunk, s.tops + stats, s.sums + stats, outputs, {out.of(first, 0), out.row, out.head}, head);
        by_rows(b.keys, [&](int64_t column, int64_t columns) {
          int64_t sees = most(0, b.key + column - b.place); // the first row that does
          Left from_p = {p + sees * chunk + column, 1, chunk}, from_ds = {ds + sees * chunk + column, 1, chunk};
          product(from_p, outputs + sees * wide, wide, {dv.of(key_row + column, u.key_head), dv.row, true, 1}, columns, d, b.rows - sees);
          product(from_ds, queries + sees * wide, wide, {dk.of(key_row + column, u.key_head), dk.row, true, 1}, columns, d, b.rows - sees);
        });
        by_rows(b.rows, [&](int64_t row, int64_t rows) {
          product({ds + row * chunk, chunk, 1}, key_rows, wide, {dq.of(first + row, head), dq.row, !b.begins, s.scale}, rows, d, b.to(row + rows - 1));
        });
      });
  }
}

/// documents, key heads, groups, parts, d, window, rows, scale, cap, tops and sums
INLINE Shape shape(const Argument *a) {
  return {address<const Document>(a[0]), a[1].number, a[2].number, a[3].number, a[4].number, a[5].number, a[6].number, a[7].real, a[8].real, address<float>(a[9]),
          address<float>(a[10])};
}
constexpr int SHAPE = 11; // arguments

} // namespace

// Each head's tensor is three arguments: address, how far it is from row to row, and from head to head.
#define ATTENTION(T, type) \
  /* shape, q, k, v, out, sum */ \
  EXPORT(attention##type) { \
    Shape s = shape(a); \
    a += SHAPE; \
    for (int64_t i = from; i < to; i++) attention<T>(s, unit(s, i), heads<const T>(a), heads<const T>(a + 3), heads<const T>(a + 6), heads<T>(a + 9), heads<float>(a + 12)); \
  } \
  /* shape, dOut, out, q, k, v, dq, dk, dv, and how far it is from one part's dk and dv to the next */ \
  EXPORT(attention_back##type) { \
    Shape s = shape(a); \
    a += SHAPE; \
    for (int64_t i = from; i < to; i++) { \
      Unit u = unit(s, i); \
      Heads<float> dk = heads<float>(a + 18), dv = heads<float>(a + 21); \
      dk.at += u.part * a[24].number; \
      dv.at += u.part * a[24].number; \
      attention_back<T>(s, u, heads<const T>(a), heads<const T>(a + 3), heads<const T>(a + 6), heads<const T>(a + 9), heads<const T>(a + 12), heads<float>(a + 15), dk, dv); \
    } \
  }

ATTENTION(float, _fp32)
ATTENTION(bf16, _bf16)
