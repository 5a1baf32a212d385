#ifdef __x86_64__
#include <cpuid.h>
#endif

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

// Whether this process may compute with a processor's matrix tiles of bf16: they want the system's leave, once (Linux, Documentation/arch/x86/xstate.rst).
extern "C" __attribute__((visibility("default"))) int kubetune_kernels_tiles() {
#if defined(__x86_64__) && defined(KUBETUNE_TILES)
  constexpr unsigned FEATURES = 7, TILE = 1u << 24, BF16 = 1u << 22;
  constexpr long ARCH_PRCTL = 158, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18;
  unsigned a, b, c, d;
  if (!__get_cpuid_count(FEATURES, 0, &a, &b, &c, &d) || (d & TILE) == 0 || (d & BF16) == 0) return 0;
  long result = ARCH_PRCTL;
  __asm__ volatile("syscall" : "+a"(result) : "D"(REQUEST_PERMISSION), "S"(TILE_DATA) : "rcx", "r11", "memory");
  return result == 0;
#else
  return 0;
#endif
}
