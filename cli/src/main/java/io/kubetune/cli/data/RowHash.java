package io.kubetune.cli.data;

/// A row's fingerprint: FNV-1a over its canonical bytes, 64 bits (Fowler, Noll, Vo; constants from
/// isthe.com/chongo/tech/comp/fnv). It tells rows apart; it is no protection against forgery.
///
/// ```
/// RowHash.of(canonical, from, length) == RowHash.of(other, 0, length) // for the same row
/// ```
public final class RowHash {
  private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private RowHash() {}

  public static long of(byte[] bytes, int from, int length) {
    long hash = OFFSET_BASIS;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ bytes[i] & 0xFF) * PRIME;
    }
    return hash;
  }
}
