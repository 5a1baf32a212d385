// What a decoder layer does between its products, each in one pass over memory where libtorch's single operations take four to eight.
// All arithmetic is fp32; bf16 is only how values lie in memory. Compiled on the GPU that runs it (CudaProgram), without any header.

typedef unsigned char u8;
typedef unsigned short bf16;
typedef unsigned int u32;

__device__ __forceinline__ float up(float value) { return value; }
__device__ __forceinline__ float up(bf16 value) { return __uint_as_float((u32)value << 16); }

template <typename T> __device__ __forceinline__ T down(float value);
template <> __device__ __forceinline__ float down<float>(float value) { return value; }
template <> __device__ __forceinline__ bf16 down<bf16>(float value) { // to nearest, ties to even
  u32 bits = __float_as_uint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0; // NaN stays one
  return (bf16)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// 16 bytes, what one thread moves at a time.
template <typename T> struct __align__(16) Sixteen { T value[16 / sizeof(T)]; };

__device__ __forceinline__ float sum_of_block(float value) {
  __shared__ float parts[32];
  for (int i = 16; i > 0; i >>= 1) value += __shfl_xor_sync(0xffffffffu, value, i);
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
  __syncthreads();
  value = threadIdx.x < (blockDim.x >> 5) ? parts[threadIdx.x] : 0.0f;
  if (threadIdx.x < 32) {
    for (int i = 16; i > 0; i >>= 1) value += __shfl_xor_sync(0xffffffffu, value, i);
    if (threadIdx.x == 0) parts[0] = value;
  }
  __syncthreads();
  return parts[0];
}

// A block a row: y = x·r·(w + offset), r = 1/sqrt(mean(x²) + epsilon).
template <typename T>
__device__ void rms_norm(const T *x, const T *w, T *y, float *r, int n, float epsilon, float offset) {
  constexpr int N = 16 / sizeof(T);
  const Sixteen<T> *row = (const Sixteen<T> *)(x + (size_t)blockIdx.x * n);
  Sixteen<T> *out = (Sixteen<T> *)(y + (size_t)blockIdx.x * n);
  float squares = 0;
  for (int i = threadIdx.x; i < n / N; i += blockDim.x) {
    Sixteen<T> v = row[i];
    for (int j = 0; j < N; j++) { float f = up(v.value[j]); squares += f * f; }
  }
  float inverse = rsqrtf(sum_of_block(squares) / n + epsilon);
  if (threadIdx.x == 0) r[blockIdx.x] = inverse;
  for (int i = threadIdx.x; i < n / N; i += blockDim.x) {
    Sixteen<T> v = row[i], factor = ((const Sixteen<T> *)w)[i], result;
    for (int j = 0; j < N; j++) result.value[j] = down<T>(up(v.value[j]) * inverse * (up(factor.value[j]) + offset));
    out[i] = result;
  }
}

// A block a row: with g = dy·(w + offset) and x̂ = x·r, dx = r·(g − x̂·mean(g·x̂)).
template <typename T>
__device__ void rms_norm_back(const T *dy, const T *x, const T *w, const float *r, T *dx, int n, float offset) {
  constexpr int N = 16 / sizeof(T);
  size_t start = (size_t)blockIdx.x * n;
  const Sixteen<T> *dyRow = (const Sixteen<T> *)(dy + start), *xRow = (const Sixteen<T> *)(x + start);
  Sixteen<T> *out = (Sixteen<T> *)(dx + start);
  float inverse = r[blockIdx.x], products = 0;
  for (int i = threadIdx.x; i < n / N; i += blockDim.x) {
    Sixteen<T> d = dyRow[i], v = xRow[i], factor = ((const Sixteen<T> *)w)[i];
    for (int j = 0; j < N; j++) products += up(d.value[j]) * (up(factor.value[j]) + offset) * up(v.value[j]) * inverse;
  }
  float mean = sum_of_block(products) / n;
  for (int i = threadIdx.x; i < n / N; i += blockDim.x) {
    Sixteen<T> d = dyRow[i], v = xRow[i], factor = ((const Sixteen<T> *)w)[i], result;
    for (int j = 0; j < N; j++) {
      float g = up(d.value[j]) * (up(factor.value[j]) + offset);
      result.value[j] = down<T>(inverse * (g - up(v.value[j]) * inverse * mean));
    }
    out[i] = result;
  }
}

// both [rows, 2f] is gate and up side by side; h [rows, f] = gate·σ(gate)·up.
template <typename T> __device__ void swiglu(const T *both, T *h, long long vectors, int f) {
  constexpr int N = 16 / sizeof(T);
  long long at = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= vectors) return;
  long long row = at / (f / N), column = at % (f / N) * N;
  Sixteen<T> gate = *(const Sixteen<T> *)(both + row * 2 * f + column);
  Sixteen<T> u = *(const Sixteen<T> *)(both + row * 2 * f + f + column), result;
  for (int j = 0; j < N; j++) {
    float e = up(gate.value[j]);
    result.value[j] = down<T>(e / (1.0f + __expf(-e)) * up(u.value[j]));
  }
  *(Sixteen<T> *)(h + row * f + column) = result;
}

// du = dh·silu(e); de = dh·u·σ(1 + e(1 − σ)).
template <typename T> __device__ void swiglu_back(const T *dh, const T *both, T *dBoth, long long vectors, int f) {
  constexpr int N = 16 / sizeof(T);
  long long at = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= vectors) return;
  long long row = at / (f / N), column = at % (f / N) * N;
  Sixteen<T> d = *(const Sixteen<T> *)(dh + row * f + column);
  Sixteen<T> gate = *(const Sixteen<T> *)(both + row * 2 * f + column);
  Sixteen<T> u = *(const Sixteen<T> *)(both + row * 2 * f + f + column), dGate, dUp;
  for (int j = 0; j < N; j++) {
    float e = up(gate.value[j]), sigmoid = 1.0f / (1.0f + __expf(-e)), dhHere = up(d.value[j]);
    dUp.value[j] = down<T>(dhHere * e * sigmoid);
    dGate.value[j] = down<T>(dhHere * up(u.value[j]) * sigmoid * (1.0f + e * (1.0f - sigmoid)));
  }
  *(Sixteen<T> *)(dBoth + row * 2 * f + column) = dGate;
  *(Sixteen<T> *)(dBoth + row * 2 * f + f + column) = dUp;
}

// Rotates pairs (i, i + half) of each head; x and y [tokens, heads, d] with so many values from token to token, y perhaps x itself.
// A thread a pair; those past the rotated part copy what does not turn. direction −1 turns back.
template <typename T>
__device__ void rope(const T *x, const T *cosine, const T *sine, T *y, long long pairs, int heads, int d, int half, long long xStride, long long yStride, float direction) {
  long long at = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= pairs) return;
  int slots = d - half, i = at % slots;
  long long head = at / slots % heads, token = at / slots / heads;
  const T *from = x + token * xStride + head * d;
  T *to = y + token * yStride + head * d;
  if (i >= half) { to[half + i] = from[half + i]; return; }
  float c = up(cosine[token * half + i]), s = up(sine[token * half + i]) * direction;
  float a = up(from[i]), b = up(from[i + half]);
  to[i] = down<T>(a * c - b * s);
  to[i + half] = down<T>(b * c + a * s);
}

__constant__ float NF4[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
    -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f,
    0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};

// Four bytes, eight values, a thread; the first of two values is a byte's high half. A scale for each 64 values, rounded as the host does:
// its own fp32 (codes is null), or map[code]·nested + shift.
template <typename T>
__device__ void nf4(const u32 *packed, const float *absmax, const u8 *codes, const float *nested, const float *map, float shift, T *out, long long threads) {
  __shared__ float value[16];
  if (threadIdx.x < 16) value[threadIdx.x] = NF4[threadIdx.x];
  __syncthreads();
  long long at = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= threads) return;
  long long block = at >> 3;
  float scale = codes ? __fadd_rn(__fmul_rn(map[codes[block]], nested[block >> 8]), shift) : absmax[block];
  u32 bytes = packed[at];
  constexpr int N = 16 / sizeof(T);
  T result[8];
  for (int i = 0; i < 4; i++) {
    u32 pair = bytes >> (8 * i);
    result[2 * i] = down<T>(__fmul_rn(value[pair >> 4 & 15], scale));
    result[2 * i + 1] = down<T>(__fmul_rn(value[pair & 15], scale));
  }
  for (int i = 0; i < 8 / N; i++) ((Sixteen<T> *)(out + at * 8))[i] = *(Sixteen<T> *)(result + i * N);
}

#define FOR_TYPE(T, NAME) \
  extern "C" __global__ void rms_norm_##NAME(const T *x, const T *w, T *y, float *r, int n, float epsilon, float offset) { rms_norm<T>(x, w, y, r, n, epsilon, offset); } \
  extern "C" __global__ void rms_norm_back_##NAME(const T *dy, const T *x, const T *w, const float *r, T *dx, int n, float offset) { rms_norm_back<T>(dy, x, w, r, dx, n, offset); } \
  extern "C" __global__ void swiglu_##NAME(const T *both, T *h, long long vectors, int f) { swiglu<T>(both, h, vectors, f); } \
  extern "C" __global__ void swiglu_back_##NAME(const T *dh, const T *both, T *dBoth, long long vectors, int f) { swiglu_back<T>(dh, both, dBoth, vectors, f); } \
  extern "C" __global__ void rope_##NAME(const T *x, const T *cosine, const T *sine, T *y, long long pairs, int heads, int d, int half, long long xStride, long long yStride, float direction) { rope<T>(x, cosine, sine, y, pairs, heads, d, half, xStride, yStride, direction); } \
  extern "C" __global__ void nf4_##NAME(const u32 *packed, const float *absmax, const u8 *codes, const float *nested, const float *map, float shift, T *out, long long threads) { nf4<T>(packed, absmax, codes, nested, map, shift, out, threads); }

FOR_TYPE(float, fp32)
FOR_TYPE(bf16, bf16)
