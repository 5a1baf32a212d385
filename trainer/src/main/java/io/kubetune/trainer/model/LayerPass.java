package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Frame.Mode;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// One block in one micro-step: forwards, and back at most once.
///
/// Everything made on the way dies with its own scope; what the way back needs is in the frame, or
/// is computed again from the block's input.
final class LayerPass implements AutoCloseable {
  private final Block block;
  private final int index;
  private final Sequence sequence;
  private final Positions positions;
  private final Mode mode;
  private final boolean recompute;
  private Frame frame;
  private Pass.Pullback back;
  private Tensor input;

  LayerPass(
      Block block,
      int index,
      Sequence sequence,
      Positions positions,
      Mode mode,
      boolean recompute) {
    this.block = block;
    this.index = index;
    this.sequence = sequence;
    this.positions = positions;
    this.mode = mode;
    this.recompute = recompute;
  }

  Tensor forward(Tensor x) {
    try (Scope scope = new Scope()) {
      frame = new Frame(mode, index);
      Pass pass = block.forward(x, sequence, positions, frame);
      back = pass.back();
      if (recompute && mode.recording()) {
        frame.close();
        input = Scope.own(x);
      }
      return scope.escape(pass.out());
    }
  }

  Tensor backward(Tensor dOut) {
    try (Scope scope = new Scope()) {
      if (recompute) {
        frame = new Frame(mode, index);
        back = block.forward(input, sequence, positions, frame).back();
      }
      return scope.escape(back.apply(dOut));
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    frame.close();
    if (input != null) {
      input.close();
      input = null;
    }
  }
}
