package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Frame.Mode;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// One pack through a whole [DecoderStack], a block at a time: forwards, and back at most once.
///
/// There is no graph over the whole model: each block keeps what its [Frame] saved until its own
/// backward pass, and nothing is computed below the first block that trains.
final class StackPass implements AutoCloseable {
  private final DecoderStack decoder;
  private final Sequence sequence;
  private final How how;
  private final Frame ends;
  private final List<LayerPass> layers = new ArrayList<>();
  private Pass embedded;
  private Pass normed;

  /// @param recompute keep each block's input alone, and compute the block again on the way back
  /// @param firstTrained the block that the way back ends with
  record How(Mode mode, boolean recompute, int firstTrained) {
    static How forwards(boolean adapters) {
      return new How(Mode.inference(adapters), false, 0);
    }
  }

  StackPass(DecoderStack decoder, Sequence sequence, How how) {
    this.decoder = decoder;
    this.sequence = sequence;
    this.how = how;
    this.ends = new Frame(how.mode(), -1);
  }

  /// @param tokens [T]
  /// @param positions whose outputs are asked for
  /// @return [n,hidden] behind the last norm
  Tensor forward(int[] tokens, Positions positions) {
    embedded = decoder.embedding().forward(Placement.longs(tokens), sequence, ends);
    Tensor x = embedded.out(); // [T,hidden], behind the last layer [n,hidden]
    List<Block> blocks = decoder.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      LayerPass layer =
          new LayerPass(
              blocks.get(i),
              i,
              sequence,
              i == blocks.size() - 1 ? positions : Positions.ALL,
              i < how.firstTrained() ? Mode.inference(true) : how.mode(),
              how.recompute());
      layers.add(layer);
      x = replace(x, layer.forward(x));
    }
    normed = decoder.finalNorm().forward(x, ends);
    return normed.out();
  }

  /// @param dNormed the derivative by what [#forward] gave
  void backward(Tensor dNormed) {
    Tensor dx = normed.back().apply(dNormed);
    for (int i = layers.size() - 1; i >= how.firstTrained(); i--) {
      dx = replace(dx, layers.get(i).backward(dx));
    }
    if (decoder.embedding().isTrained()) {
      embedded.back().apply(dx);
    }
  }

  /// The old tensor's memory goes at once: with one handle a layer the whole stream would be kept.
  private static Tensor replace(Tensor old, Tensor fresh) {
    old.close();
    return fresh;
  }

  @Override
  public void close() {
    layers.forEach(LayerPass::close);
    ends.close();
  }
}
