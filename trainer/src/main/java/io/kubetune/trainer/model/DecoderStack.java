package io.kubetune.trainer.model;

import java.util.List;

/// A decoder-only transformer as an architecture put it together: pure structure, no state.
///
/// @param blocks in order; x [T,hidden] goes through all of them
/// @param hidden width of the residual stream
/// @param vocabulary V
record DecoderStack(
    Embedding embedding, List<Block> blocks, Norm finalNorm, Head head, int hidden, int vocabulary)
    implements AutoCloseable {
  @Override
  public void close() {
    blocks.forEach(Block::close);
    finalNorm.close();
    embedding.table().close();
    if (head.weight() != embedding.table()) {
      head.weight().close();
    }
  }
}
