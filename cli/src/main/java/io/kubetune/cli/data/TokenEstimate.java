package io.kubetune.cli.data;

/// How many tokens a row may have, where no tokenizer is at hand: its bytes divided by four.
///
/// A rule of thumb for English (OpenAI's help centre: "1 token ~= 4 chars in English"); code and
/// other scripts have more tokens. Exact counts come from the trainer's `inspect`.
///
/// ```
/// TokenEstimate.ofBytes(4096); // 1024
/// ```
public final class TokenEstimate {
  private static final int BYTES_A_TOKEN = 4;

  private TokenEstimate() {}

  /// @param bytes of the canonical row, in UTF-8
  public static long ofBytes(long bytes) {
    return (bytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN;
  }
}
