package io.kubetune.trainer.data;

import java.util.List;

/// Documents end to end without padding: what one micro-step computes.
///
/// Attention stays within a document and positions start again at 0, so a batch gives exactly what
/// its documents give one by one. T is the sum of the documents' lengths.
public record PackedBatch(List<Document> documents) {
  public PackedBatch {
    documents = List.copyOf(documents);
    if (documents.isEmpty()) {
      throw new IllegalArgumentException("a batch of no documents");
    }
  }

  /// T.
  public int tokenCount() {
    return documents.stream().mapToInt(Document::length).sum();
  }

  public int labelTokens() {
    return documents.stream().mapToInt(Document::labelTokens).sum();
  }

  /// [T] token ids.
  public int[] tokens() {
    int[] all = new int[tokenCount()];
    int at = 0;
    for (Document each : documents) {
      System.arraycopy(each.tokens(), 0, all, at, each.length());
      at += each.length();
    }
    return all;
  }

  /// [T] the target of each position: the next token of its document where that is learned, else
  /// [Document#IGNORED].
  public int[] targets() {
    int[] all = new int[tokenCount()];
    int at = 0;
    for (Document each : documents) {
      System.arraycopy(each.labels(), 1, all, at, each.length() - 1);
      at += each.length();
      all[at - 1] = Document.IGNORED;
    }
    return all;
  }

  /// [documents] lengths in order.
  public int[] lengths() {
    return documents.stream().mapToInt(Document::length).toArray();
  }
}
