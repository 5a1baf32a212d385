package io.kubetune.trainer.data;

import java.util.List;

/// All rows of a file as documents, and what became of those that did not fit.
///
/// @param documents in the rows' order; those of one row follow each other
/// @param rowTokens [rows] tokens of each row before anything was cut
/// @param tokens of all documents
/// @param labelTokens that are learned, of all documents
/// @param truncated rows cut to the longest document allowed
/// @param split rows cut into several documents
/// @param excluded rows of which no token can be learned
/// @param untrustedTurns assistant turns that are not learned, because the chat template rewrites
///   what stands before them
/// @param specialTexts places in user and tool turns that are written as special tokens: they are
///   special tokens, or with `sanitize` text
public record EncodedRows(
    List<Document> documents,
    int[] rowTokens,
    long tokens,
    long labelTokens,
    int truncated,
    int split,
    int excluded,
    int untrustedTurns,
    int specialTexts) {

  public EncodedRows {
    documents = List.copyOf(documents);
  }

  public int rows() {
    return rowTokens.length;
  }
}
