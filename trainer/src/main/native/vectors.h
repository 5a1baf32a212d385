// Vectors of numbers as this generation of processors has them, read and written as fp32 or bf16.
//
// SUFFIX ends the name of each exported function, so that several generations lie in one library. Nothing of a C++ run time is used.
#pragma once
#include <stdint.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
/// A kernel takes its arguments one in each 8 bytes, and which rows (or blocks) of its work to do.
#define EXPORT(name) extern "C" __attribute__((visibility("default"))) void JOIN(name, SUFFIX)(const Argument *a, int64_t from, int64_t to)
#define INLINE static inline __attribute__((always_inline))

union Argument {
  int64_t number;
  void *address;
  float real;
};

namespace {

/// The address that is an argument.
template <class T>
INLINE T *address(const Argument &a) {
  return static_cast<T *>(a.address);
}

#ifdef __AVX512F__
constexpr int LANES = 16;
#elif defined(__AVX2__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef int32_t Ints __attribute__((vector_size(4 * LANES)));
typedef uint32_t Words __attribute__((vector_size(4 * LANES)));
typedef uint16_t Halves __attribute__((vector_size(2 * LANES)));

struct bf16 {
  uint16_t bits;
};
/// IEEE's half, of which nothing is written here.
struct fp16 {
  uint16_t bits;
};

INLINE Floats numbers(Floats x) { return x; }
INLINE Floats numbers(Halves x) { return (Floats)(__builtin_convertvector(x, Words) << 16); }

/// To the nearest, ties to even; a number that is none stays none.
INLINE Halves rounded(Floats x) {
#ifdef __AVX512BF16__
  return (Halves)_mm512_cvtneps_pbh(x);
#else
  Words bits = (Words)x, up = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return __builtin_convertvector((bits & 0x7fffffff) > 0x7f800000 ? Words{} + 0x7fc0 : up, Halves);
#endif
}

template <class Vector, class T>
INLINE Vector part(const T *from, int count) {
#ifdef __AVX512F__
  __mmask16 first = static_cast<__mmask16>((1u << count) - 1);
  if constexpr (sizeof(T) == 4) return (Vector)_mm512_maskz_loadu_ps(first, from);
  else return (Vector)_mm256_maskz_loadu_epi16(first, from);
#else
  T some[LANES] = {};
  for (int i = 0; i < count; i++) some[i] = from[i];
  Vector x;
  __builtin_memcpy(&x, some, sizeof x);
  return x;
#endif
}
template <class Vector, class T>
INLINE void put_part(T *to, Vector x, int count) {
#ifdef __AVX512F__
  __mmask16 first = static_cast<__mmask16>((1u << count) - 1);
  if constexpr (sizeof(T) == 4) _mm512_mask_storeu_ps(to, first, (__m512)x);
  else _mm256_mask_storeu_epi16(to, first, (__m256i)x);
#else
  T some[LANES];
  __builtin_memcpy(some, &x, sizeof x);
  for (int i = 0; i < count; i++) to[i] = some[i];
#endif
}

/// The first `count` values of a vector's, the others 0.
template <class Vector, class T>
INLINE Floats load_as(const T *from, int count) {
  if (count < LANES) return numbers(part<Vector>(from, count));
  Vector x;
  __builtin_memcpy(&x, from, sizeof x);
  return numbers(x);
}
INLINE Floats load(const float *from, int count) { return load_as<Floats>(from, count); }
INLINE Floats load(const bf16 *from, int count) { return load_as<Halves>(from, count); }

/// Finite ones, exactly: the bits of exponent and fraction are those of a float that is 2¹¹² times smaller.
INLINE Floats load(const fp16 *from, int count) {
  Halves bits = {};
  if (count < LANES) bits = part<Halves>(from, count);
  else __builtin_memcpy(&bits, from, sizeof bits);
  Words wide = __builtin_convertvector(bits, Words);
  return (Floats)((wide & 0x8000) << 16 | (Words)((Floats)((wide & 0x7fff) << 13) * 0x1p112f));
}

template <class Vector, class T>
INLINE void store_as(T *to, Vector x, int count) {
  if (count < LANES) put_part(to, x, count);
  else __builtin_memcpy(to, &x, sizeof x);
}
INLINE void store(float *to, Floats x, int count) { store_as(to, x, count); }
INLINE void store(bf16 *to, Floats x, int count) { store_as(to, rounded(x), count); }

/// A vector's first `count` values, and `rest` in the others.
INLINE Floats keep(Floats x, int count, float rest) {
  if (count == LANES) return x;
  Ints lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  return lane < count ? x : Floats{} + rest;
}

/// Calls body(at, count) for a vector's values at a time, and for the rest.
template <class Body>
INLINE void vectors(int64_t from, int64_t to, Body body) {
  int64_t at = from;
  for (; at + LANES <= to; at += LANES) body(at, LANES);
  if (at < to) body(at, static_cast<int>(to - at));
}

/// Half of the lanes to the other half, down to one.
INLINE float sum_of(Floats x) {
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) x[i] += x[i + half];
  return x[0];
}
INLINE float largest_of(Floats x) {
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) x[i] = x[i + half] > x[i] ? x[i + half] : x[i];
  return x[0];
}
/// Of a row's values; NaN may be lost here, and is found again in what follows.
template <class T>
INLINE float largest(const T *row, int64_t n) {
  Floats largest = Floats{} - __builtin_inff();
  vectors(0, n, [&](int64_t j, int count) {
    Floats x = keep(load(row + j, count), count, -__builtin_inff());
    largest = x > largest ? x : largest;
  });
  return largest_of(largest);
}

/// e^x within two units of the last place: x = n·ln 2 + r, a polynomial of degree 6 in r (Cephes' expf), times 2ⁿ. Below -87 it is about 1e-38, not 0.
INLINE Floats exponential(Floats x) {
  constexpr float ROUND = 12582912.0f; // 1.5·2²³: what is added to it is rounded to a whole number
  x = x > 88.0f ? Floats{} + 88.0f : x;
  x = x < -87.0f ? Floats{} - 87.0f : x;
  Floats n = (x * 1.44269504088896341f + ROUND) - ROUND;
  Floats r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Floats p = Floats{} + 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return p * (Floats)((__builtin_convertvector(n, Ints) + 127) << 23);
}
INLINE float exponential(float x) { return exponential(Floats{} + x)[0]; }
INLINE Floats sigmoid(Floats x) { return 1.0f / (1.0f + exponential(-x)); }

} // namespace
