package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;

/// The sizes of a decoder, in the names that most config.json files share.
///
/// @param hidden width of the residual stream
/// @param heads H query heads
/// @param keyHeads K key and value heads
/// @param head d, the dimensions of one head
/// @param inner f, the width inside a feed-forward block; 0 where the architecture has its own name
///   for it
record Widths(
    int hidden, int heads, int keyHeads, int head, int inner, int layers, int vocabulary) {
  static Widths of(ModelConfig c) {
    int hidden = c.required("hidden_size");
    int heads = c.required("num_attention_heads");
    int head = c.integer("head_dim", hidden / heads);
    int keyHeads = c.integer("num_key_value_heads", heads);
    if (heads % keyHeads != 0) {
      throw c.problem(
          "num_key_value_heads",
          "is " + keyHeads,
          "num_attention_heads (" + heads + ") must be a multiple of it");
    }
    return new Widths(
        hidden,
        heads,
        keyHeads,
        head,
        c.integer("intermediate_size", 0),
        c.required("num_hidden_layers"),
        c.required("vocab_size"));
  }

  /// Attention over all that is before, scaled by 1/sqrt(d).
  AttentionCore attention() {
    return attention(1 / Math.sqrt(head), 0, Integer.MAX_VALUE);
  }

  AttentionCore attention(double scale, double softcap, int window) {
    return new AttentionCore(heads, keyHeads, head, scale, softcap, window);
  }

  long queryRows() {
    return (long) heads * head;
  }

  long keyRows() {
    return (long) keyHeads * head;
  }
}
