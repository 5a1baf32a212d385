package io.kubetune.cli.data.check;

import java.util.ArrayList;
import java.util.List;

/// How long rows are, in tokens: a bucket for each power of two, and how many rows each usual
/// context length would cut.
///
/// ```
/// histogram.add(700);
/// histogram.longerThan(512); // 1
/// ```
public final class TokenHistogram {
  /// Values of `max_length` that are usual.
  public static final List<Integer> LENGTHS = List.of(512, 1024, 2048, 4096, 8192);

  private static final int FIRST_BUCKET_TOKENS = 16;

  /// Rows from `from` up to, not including, `to` tokens.
  public record Bucket(long from, long to, long rows) {}

  private final long[] buckets = new long[Long.SIZE];
  private final long[] longer = new long[LENGTHS.size()];
  private long rows;
  private long tokens;
  private long longest;

  void add(long rowTokens) {
    rows++;
    tokens += rowTokens;
    longest = Math.max(longest, rowTokens);
    int bucket = 0;
    while (rowTokens >= (long) FIRST_BUCKET_TOKENS << bucket) {
      bucket++;
    }
    buckets[bucket]++;
    for (int i = 0; i < LENGTHS.size(); i++) {
      longer[i] += rowTokens > LENGTHS.get(i) ? 1 : 0;
    }
  }

  /// From the first bucket that has rows to the last one.
  public List<Bucket> buckets() {
    List<Bucket> filled = new ArrayList<>();
    long left = rows;
    for (int i = 0; i < buckets.length && left > 0; i++) {
      if (!filled.isEmpty() || buckets[i] > 0) {
        long from = i == 0 ? 0 : (long) FIRST_BUCKET_TOKENS << (i - 1);
        filled.add(new Bucket(from, (long) FIRST_BUCKET_TOKENS << i, buckets[i]));
      }
      left -= buckets[i];
    }
    return filled;
  }

  /// @param length one of [#LENGTHS]
  public long longerThan(int length) {
    return longer[LENGTHS.indexOf(length)];
  }

  public long tokens() {
    return tokens;
  }

  public long longest() {
    return longest;
  }
}
