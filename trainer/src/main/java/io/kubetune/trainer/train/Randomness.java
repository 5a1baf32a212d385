package io.kubetune.trainer.train;

import java.util.List;

/// The run's random numbers, all from one seed and each from where it is used: nothing is carried
/// from step to step, so a position in the run is the whole random state.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014; constants from Vigna's public-domain `splitmix64.c`), written out so
/// that no JDK can change an order of rows.
///
/// ```
/// new Randomness(seed, epoch).shuffle(documents);
/// long stream = new Randomness(seed, step, microStep).nextLong();
/// ```
final class Randomness {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /// @param path numbers that tell this use from every other, for example seed and epoch
  Randomness(long... path) {
    for (long each : path) {
      state = mix(state + GOLDEN_GAMMA) ^ each;
    }
    state = mix(state);
  }

  long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /// Uniform in [0, bound): Lemire's multiplication, with the few values rejected that would favour
  /// some results (<https://arxiv.org/abs/1805.10941>).
  int nextInt(int bound) {
    while (true) {
      long product = (nextLong() >>> 32) * bound;
      if ((product & 0xFFFFFFFFL) >= (0x100000000L - bound) % bound) {
        return (int) (product >>> 32);
      }
    }
  }

  /// Fisher and Yates: every order is equally likely.
  <T> void shuffle(List<T> list) {
    for (int i = list.size() - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      T moved = list.get(i);
      list.set(i, list.get(j));
      list.set(j, moved);
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
