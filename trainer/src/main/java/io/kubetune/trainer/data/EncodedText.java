package io.kubetune.trainer.data;

import java.util.Arrays;

/// A row's whole text as tokens, and which of them are learned; not yet cut to a length.
///
/// @param text what was encoded; may have stand-ins for special tokens that are meant as text
/// @param plain whether the tokenizer put its own special tokens around the text (rendered
///   conversations have theirs written out)
/// @param ids [S]
/// @param learned [S]
/// @param untrustedTurns assistant turns that are left out, because the template writes the prompt
///   before them differently when they are there
/// @param specialTexts places in user and tool turns that are written as special tokens
record EncodedText(
    String text,
    boolean plain,
    int[] ids,
    boolean[] learned,
    int untrustedTurns,
    int specialTexts) {

  /// [S] the learned ids, [Document#IGNORED] elsewhere.
  int[] labels() {
    int[] labels = ids.clone();
    for (int i = 0; i < labels.length; i++) {
      if (!learned[i]) {
        labels[i] = Document.IGNORED;
      }
    }
    return labels;
  }

  static boolean[] from(int start, int length) {
    boolean[] learned = new boolean[length];
    Arrays.fill(learned, start, length, true);
    return learned;
  }
}
