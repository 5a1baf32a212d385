// A layer's norms, activation, rotation and cross-entropy on a CPU, each in as few passes over memory as its formula needs.
//
// Compiled once for each generation of processors (SUFFIX says which), without a runtime: no allocation, no library, no exception. The
// formulas are those of the Java classes that call them; as many sums as a vector has are added up side by side in fp32, then one to another, the same way
// in every run. Rows are independent, and a caller may hand ranges of them to several threads. T is float or bf16, and is rounded to once.
#include "vectors.h"

namespace {

// x̂ = x·r, r = 1/sqrt(mean(x²)+ε), y = x̂·(w+offset)
template <class T>
INLINE void rms_norm(const T *x, const T *w, T *y, float *r, int64_t rows, int64_t n, float epsilon, float offset) {
  for (int64_t row = 0; row < rows; row++, x += n, y += n) {
    Floats squares = {};
    vectors(0, n, [&](int64_t j, int count) {
      Floats v = load(x + j, count);
      squares += v * v;
    });
    float by = 1.0f / __builtin_sqrtf(sum_of(squares) / static_cast<float>(n) + epsilon);
    r[row] = by;
    vectors(0, n, [&](int64_t j, int count) { store(y + j, load(x + j, count) * by * (load(w + j, count) + offset), count); });
  }
}

// g = dY·(w+offset), dX = r·(g − x̂·mean(g·x̂))
template <class T>
INLINE void rms_norm_back(const T *dy, const T *x, const T *w, const float *r, T *dx, int64_t rows, int64_t n, float offset) {
  for (int64_t row = 0; row < rows; row++, dy += n, x += n, dx += n) {
    Floats products = {};
    vectors(0, n, [&](int64_t j, int count) { products += load(dy + j, count) * (load(w + j, count) + offset) * load(x + j, count); });
    float by = r[row], along = sum_of(products) / static_cast<float>(n) * by * by;
    vectors(0, n, [&](int64_t j, int count) {
      Floats g = load(dy + j, count) * (load(w + j, count) + offset);
      store(dx + j, by * (g - load(x + j, count) * along), count);
    });
  }
}

// both [rows, 2f]: h = silu(gate)·up
template <class T>
INLINE void swiglu(const T *both, T *h, int64_t rows, int64_t f) {
  for (int64_t row = 0; row < rows; row++, both += 2 * f, h += f)
    vectors(0, f, [&](int64_t j, int count) {
      Floats gate = load(both + j, count);
      store(h + j, gate * sigmoid(gate) * load(both + f + j, count), count);
    });
}

// dGate = dh·up·σ·(1 + gate·(1−σ)), dUp = dh·gate·σ
template <class T>
INLINE void swiglu_back(const T *dh, const T *both, T *d_both, int64_t rows, int64_t f) {
  for (int64_t row = 0; row < rows; row++, dh += f, both += 2 * f, d_both += 2 * f)
    vectors(0, f, [&](int64_t j, int count) {
      Floats gate = load(both + j, count), s = sigmoid(gate), d = load(dh + j, count) * s;
      store(d_both + j, d * load(both + f + j, count) * (1.0f + gate * (1.0f - s)), count);
      store(d_both + f + j, d * gate, count);
    });
}

// [tokens, heads, d], cos and sin [tokens, half]; x and y may be the same
template <class T>
INLINE void rope(const T *x, const T *cos, const T *sin, T *y, int64_t tokens, int64_t heads, int64_t d, int64_t half, int64_t x_stride, int64_t y_stride,
                 float direction) {
  for (int64_t token = 0; token < tokens; token++, cos += half, sin += half)
    for (int64_t head = 0; head < heads; head++) {
      const T *from = x + token * x_stride + head * d;
      T *to = y + token * y_stride + head * d;
      vectors(0, half, [&](int64_t j, int count) {
        Floats a = load(from + j, count), b = load(from + half + j, count), c = load(cos + j, count), s = load(sin + j, count) * direction;
        store(to + j, a * c - b * s, count);
        store(to + half + j, b * c + a * s, count);
      });
      if (to != from)
        for (int64_t j = 2 * half; j < d; j++) to[j] = from[j];
    }
}

/// Sum of e^(x − largest) over a row
template <class T>
INLINE float exponentials(const T *row, int64_t n, float largest) {
  Floats sum = {};
  vectors(0, n, [&](int64_t j, int count) { sum += keep(exponential(load(row + j, count) - largest), count, 0); });
  return sum_of(sum);
}

// logits [rows, v] become scale·(softmax − onehot); each row's loss is tops + log(sums) − hits
template <class T>
INLINE void cross_entropy(T *logits, const int64_t *targets, float *tops, float *sums, float *hits, int64_t from, int64_t to, int64_t v, float scale) {
  for (int64_t row = from; row < to; row++) {
    T *at = logits + row * v;
    float top = largest(at, v), sum = exponentials(at, v, top), hit = load(at + targets[row], 1)[0], by = scale / sum;
    tops[row] = top;
    sums[row] = sum;
    hits[row] = hit;
    vectors(0, v, [&](int64_t j, int count) { store(at + j, exponential(load(at + j, count) - top) * by, count); });
    store(at + targets[row], Floats{} + (exponential(hit - top) / sum - 1.0f) * scale, 1);
  }
}

} // namespace

#define KERNELS(T, type) \
  /* x, w, y, r, n, epsilon, offset */ \
  EXPORT(rms_norm##type) { \
    int64_t n = a[4].number; \
    rms_norm(address<T>(a[0]) + from * n, address<T>(a[1]), address<T>(a[2]) + from * n, address<float>(a[3]) + from, to - from, n, a[5].real, a[6].real); \
  } \
  /* dy, x, w, r, dx, n, offset */ \
  EXPORT(rms_norm_back##type) { \
    int64_t n = a[5].number, first = from * n; \
    rms_norm_back(address<T>(a[0]) + first, address<T>(a[1]) + first, address<T>(a[2]), address<float>(a[3]) + from, address<T>(a[4]) + first, to - from, n, a[6].real); \
  } \
  /* both, h, f */ \
  EXPORT(swiglu##type) { swiglu(address<T>(a[0]) + from * 2 * a[2].number, address<T>(a[1]) + from * a[2].number, to - from, a[2].number); } \
  /* dh, both, dBoth, f */ \
  EXPORT(swiglu_back##type) { \
    int64_t f = a[3].number, first = from * f; \
    swiglu_back(address<T>(a[0]) + first, address<T>(a[1]) + 2 * first, address<T>(a[2]) + 2 * first, to - from, f); \
  } \
  /* x, cos, sin, y, heads, d, half, x's stride, y's stride, direction */ \
  EXPORT(rope##type) { \
    int64_t half = a[6].number, x_stride = a[7].number, y_stride = a[8].number; \
    rope(address<T>(a[0]) + from * x_stride, address<T>(a[1]) + from * half, address<T>(a[2]) + from * half, address<T>(a[3]) + from * y_stride, to - from, a[4].number, \
         a[5].number, half, x_stride, y_stride, a[9].real); \
  } \
  /* logits, targets, tops, sums, hits, vocabulary, scale */ \
  EXPORT(cross_entropy##type) { \
    cross_entropy(address<T>(a[0]), address<int64_t>(a[1]), address<float>(a[2]), address<float>(a[3]), address<float>(a[4]), from, to, a[5].number, a[6].real); \
  }

KERNELS(float, _fp32)
KERNELS(bf16, _bf16)
