package io.kubetune.trainer.data;

/// One row as the model sees it: its tokens, and which of them are learned.
///
/// @param tokens [S] token ids
/// @param labels [S] the same ids where the token is learned, [#IGNORED] elsewhere; not shifted:
///   the logits at i-1 are held against labels[i], so labels[0] counts for nothing
/// @param row the row's number in its canonical file, from 1
public record Document(int[] tokens, int[] labels, int row) {
  /// A label that is not learned (PyTorch's and Hugging Face's `ignore_index`).
  public static final int IGNORED = -100;

  public Document {
    if (tokens.length != labels.length || tokens.length == 0) {
      throw new IllegalArgumentException(
          "row " + row + ": " + tokens.length + " tokens and " + labels.length + " labels");
    }
  }

  public int length() {
    return tokens.length;
  }

  /// Tokens that are learned: labels after the first position that are not ignored.
  public int labelTokens() {
    int count = 0;
    for (int i = 1; i < labels.length; i++) {
      if (labels[i] != IGNORED) {
        count++;
      }
    }
    return count;
  }
}
