package io.kubetune.cli.data.check;

import io.kubetune.cli.data.RowHash;

/// Remembers the rows that were seen, by a hash of their canonical bytes, to find duplicates.
///
/// ```
/// long first = seen.firstSeen(canonical, from, length, row); // -1 where the row is new
/// ```
final class SeenRows {
  /// Past this many different rows no more are remembered: 48 MB bound what the check needs.
  static final int REMEMBERED = 2 << 20;

  private long[] hashes = new long[1 << 12];
  private int[] rows = new int[1 << 12];
  private int size;
  private boolean full;

  /// The number of the first row with the same bytes, or -1 where there is none.
  ///
  /// @param row this row's number, from 1
  long firstSeen(byte[] bytes, int from, int length, long row) {
    long hash = RowHash.of(bytes, from, length);
    int slot = slot(hash);
    if (rows[slot] != 0) {
      return rows[slot];
    }
    full |= size == REMEMBERED || row > Integer.MAX_VALUE;
    if (!full) {
      hashes[slot] = hash;
      rows[slot] = (int) row;
      size++;
      if (2 * size > hashes.length) {
        grow();
      }
    }
    return -1;
  }

  /// Whether rows came that were not remembered, so that duplicates of theirs are not found.
  boolean isFull() {
    return full;
  }

  private int slot(long hash) {
    int mask = hashes.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (rows[slot] != 0 && hashes[slot] != hash) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldRows = rows;
    hashes = new long[2 * oldHashes.length];
    rows = new int[2 * oldRows.length];
    for (int i = 0; i < oldRows.length; i++) {
      if (oldRows[i] != 0) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        rows[slot] = oldRows[i];
      }
    }
  }
}
