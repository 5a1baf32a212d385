package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// One decoder layer: how norms, attention and feed-forward are joined to the residual stream
/// [T,hidden].
sealed interface Block extends AutoCloseable {
  Attention attention();

  /// @param positions whose outputs are asked for
  /// @return [n,hidden]
  Pass forward(Tensor x, Sequence sequence, Positions positions, Frame frame);

  @Override
  void close();

  /// x + after(attention(before(x))), of the positions asked for.
  private static Pass attend(
      Tensor x,
      Norm before,
      Attention attention,
      Optional<Norm> after,
      Sequence sequence,
      Positions positions,
      Frame frame) {
    Pass normed = before.repeatable(x, frame);
    Pass attended =
        normed(after, attention.forward(normed.out(), sequence, positions, frame), frame);
    return new Pass(
        positions.of(x).add(attended.out()),
        dh -> positions.addTo(normed.back().apply(attended.back().apply(dh)), dh));
  }

  /// h + after(feedForward(before(h))).
  private static Pass feed(
      Tensor h, Norm before, FeedForward feedForward, Optional<Norm> after, Frame frame) {
    Pass normed = before.repeatable(h, frame);
    Pass fed = normed(after, feedForward.forward(normed.out(), frame), frame);
    return new Pass(h.add(fed.out()), dy -> normed.back().apply(fed.back().apply(dy)).add_(dy));
  }

  private static Pass normed(Optional<Norm> norm, Pass pass, Frame frame) {
    return norm.map(each -> pass.then(each.forward(pass.out(), frame))).orElse(pass);
  }

  /// `h = x + attention(norm(x)); y = h + feedForward(norm(h))`: Llama, Mistral, Qwen, Phi-3,
  /// Gemma, mixtures.
  record PreNorm(Norm inputNorm, Attention attention, Norm postNorm, FeedForward feedForward)
      implements Block {
    @Override
    public Pass forward(Tensor x, Sequence sequence, Positions positions, Frame frame) {
      Optional<Norm> none = Optional.empty();
      Pass h = Pass.scoped(() -> attend(x, inputNorm, attention, none, sequence, positions, frame));
      return h.then(Pass.scoped(() -> feed(h.out(), postNorm, feedForward, none, frame)));
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
    public Pass forward(Tensor x, Sequence sequence, Positions positions, Frame frame) {
      Optional<Norm> attended = Optional.of(postAttentionNorm);
      Optional<Norm> fed = Optional.of(postFeedForwardNorm);
      Pass h =
          Pass.scoped(() -> attend(x, inputNorm, attention, attended, sequence, positions, frame));
      return h.then(Pass.scoped(() -> feed(h.out(), preFeedForwardNorm, feedForward, fed, frame)));
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
    public Pass forward(Tensor x, Sequence sequence, Positions positions, Frame frame) {
      boolean shared = attentionNorm == feedForwardNorm;
      Pass normed = attentionNorm.repeatable(x, frame);
      Pass normedToo = shared ? normed : feedForwardNorm.repeatable(positions.of(x), frame);
      Pass attended =
          Pass.scoped(() -> attention.forward(normed.out(), sequence, positions, frame));
      Tensor in = shared ? positions.of(normed.out()) : normedToo.out();
      Pass fed = Pass.scoped(() -> feedForward.forward(in, frame));
      return new Pass(
          positions.of(x).add(attended.out()).add_(fed.out()),
          dy -> {
            Tensor dFed = fed.back().apply(dy);
            Tensor dAttended = attended.back().apply(dy); // [T,hidden]
            return shared
                ? positions.addTo(normed.back().apply(positions.addTo(dAttended, dFed)), dy)
                : positions.addTo(
                    normed.back().apply(dAttended), normedToo.back().apply(dFed).add_(dy));
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
