// NF4 to numbers (Dettmers et al. 2023), bit for bit as bitsandbytes does it: compiled without fused multiplication and addition.
#include "vectors.h"

namespace {

INLINE void put(float *to, float x) { *to = x; }
INLINE void put(bf16 *to, float x) { store(to, Floats{} + x, 1); }

// blocks of 64 values, two a byte and the first in its high half; a block's scale is absmax, or map[codes]·nested + offset with one `nested` for 256 blocks
template <class T>
INLINE void nf4(const uint8_t *packed, const float *code, const float *absmax, const uint8_t *codes, const float *nested, const float *map, float offset, T *out,
                int64_t from, int64_t to) {
  for (int64_t block = from; block < to; block++) {
    float scale = absmax ? absmax[block] : map[codes[block]] * nested[block / 256] + offset;
    const uint8_t *bytes = packed + block * 32;
    T *at = out + block * 64;
#ifdef __AVX512F__
    __m512 values = _mm512_mul_ps(_mm512_loadu_ps(code), _mm512_set1_ps(scale));
    for (int i = 0; i < 4; i++) {
      __m128i eight = _mm_loadl_epi64((const __m128i *)(bytes + 8 * i)), low = _mm_set1_epi8(15);
      __m128i pairs = _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi16(eight, 4), low), _mm_and_si128(eight, low));
      store(at + 16 * i, (Floats)_mm512_permutexvar_ps(_mm512_cvtepu8_epi32(pairs), values), 16);
    }
#else
    T values[16];
    for (int i = 0; i < 16; i++) put(values + i, code[i] * scale);
    for (int i = 0; i < 32; i++) {
      at[2 * i] = values[bytes[i] >> 4];
      at[2 * i + 1] = values[bytes[i] & 15];
    }
#endif
  }
}

} // namespace

#define NF4_KERNEL(T, type) \
  /* packed, code, absmax, codes, nested, map, offset, out */ \
  EXPORT(nf4##type) { \
    nf4(address<uint8_t>(a[0]), address<float>(a[1]), address<float>(a[2]), address<uint8_t>(a[3]), address<float>(a[4]), address<float>(a[5]), a[6].real, address<T>(a[7]), from, to); \
  }

NF4_KERNEL(float, _fp32)
NF4_KERNEL(bf16, _bf16)
