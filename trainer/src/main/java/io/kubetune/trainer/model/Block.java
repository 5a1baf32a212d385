package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import org.bytedeco.pytorch.Tensor;

/// One decoder layer: how norms, attention and feed-forward are joined to the residual stream
/// [T,hidden].
sealed interface Block extends AutoCloseable {
  Pass forward(Tensor x, Sequence sequence, Frame frame);

  @Override
  void close();

  /// `h = x + attention(norm(x)); y = h + feedForward(norm(h))`: Llama, Mistral, Qwen, Phi-3,
  /// Gemma, mixtures.
  record PreNorm(Norm inputNorm, Attention attention, Norm postNorm, FeedForward feedForward)
      implements Block {
    @Override
    public Pass forward(Tensor x, Sequence sequence, Frame frame) {
      Pass normed = inputNorm.forward(x, frame);
      Pass attended = attention.forward(normed.out(), sequence, frame);
      Tensor h = x.add(attended.out());
      Pass normedAgain = postNorm.forward(h, frame);
      Pass fed = feedForward.forward(normedAgain.out(), frame);
      return new Pass(
          h.add(fed.out()),
          dy -> {
            Tensor dh = normedAgain.back().apply(fed.back().apply(dy)).add_(dy);
            return normed.back().apply(attended.back().apply(dh)).add_(dh);
          });
    }

    @Override
    public void close() {
      inputNorm.close();
      attention.close();
      postNorm.close();
      feedForward.close();
    }
  }

  /// `h = x + norm(attention(norm(x))); y = h + norm(feedForward(norm(h)))`: Gemma 2 and 3.
  record Sandwich(
      Norm inputNorm,
      Attention attention,
      Norm postAttentionNorm,
      Norm preFeedForwardNorm,
      FeedForward feedForward,
      Norm postFeedForwardNorm)
      implements Block {
    @Override
    public Pass forward(Tensor x, Sequence sequence, Frame frame) {
      Pass normed = inputNorm.forward(x, frame);
      Pass attended = attention.forward(normed.out(), sequence, frame);
      Pass attendedNormed = postAttentionNorm.forward(attended.out(), frame);
      Tensor h = x.add(attendedNormed.out());
      Pass before = preFeedForwardNorm.forward(h, frame);
      Pass fed = feedForward.forward(before.out(), frame);
      Pass fedNormed = postFeedForwardNorm.forward(fed.out(), frame);
      return new Pass(
          h.add(fedNormed.out()),
          dy -> {
            Tensor dFed = fed.back().apply(fedNormed.back().apply(dy));
            Tensor dh = before.back().apply(dFed).add_(dy);
            Tensor dAttended = attended.back().apply(attendedNormed.back().apply(dh));
            return normed.back().apply(dAttended).add_(dh);
          });
    }

    @Override
    public void close() {
      inputNorm.close();
      attention.close();
      postAttentionNorm.close();
      preFeedForwardNorm.close();
      feedForward.close();
      postFeedForwardNorm.close();
    }
  }

  /// `y = x + attention(n1(x)) + feedForward(n2(x))`: Phi and Falcon; n2 may be n1.
  record Parallel(
      Norm attentionNorm, Norm feedForwardNorm, Attention attention, FeedForward feedForward)
      implements Block {
    @Override
    public Pass forward(Tensor x, Sequence sequence, Frame frame) {
      boolean shared = attentionNorm == feedForwardNorm;
      Pass normed = attentionNorm.forward(x, frame);
      Pass normedToo = shared ? normed : feedForwardNorm.forward(x, frame);
      Pass attended = attention.forward(normed.out(), sequence, frame);
      Pass fed = feedForward.forward(normedToo.out(), frame);
      return new Pass(
          x.add(attended.out()).add_(fed.out()),
          dy -> {
            Tensor dAttended = attended.back().apply(dy);
            Tensor dFed = fed.back().apply(dy);
            return shared
                ? normed.back().apply(dAttended.add(dFed)).add_(dy)
                : normed.back().apply(dAttended).add_(normedToo.back().apply(dFed)).add_(dy);
          });
    }

    @Override
    public void close() {
      attentionNorm.close();
      if (feedForwardNorm != attentionNorm) {
        feedForwardNorm.close();
      }
      attention.close();
      feedForward.close();
    }
  }
}
