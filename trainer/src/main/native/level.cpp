// Which of the compiled generations this processor runs: 5 (AVX-512 with bf16), 4 (AVX-512), 3 (AVX2, FMA) or 0, none of them.
extern "C" __attribute__((visibility("default"))) int kubetune_kernels_level() {
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return __builtin_cpu_supports("avx512bf16") ? 5 : 4;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 3 : 0;
#else
  return 1;
#endif
}
