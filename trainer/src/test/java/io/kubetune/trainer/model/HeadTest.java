package io.kubetune.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.trainer.load.DenseWeight;
import io.kubetune.trainer.load.Scratch;
import io.kubetune.trainer.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The head's loss in chunks of rows and slices of the vocabulary is libtorch's over all at once.
class HeadTest {
  private static final int ROWS = 1000; // more than the 838 of one chunk
  private static final int HIDDEN = 2048;
  private static final int VOCABULARY = 5000; // more than the 2,048 of one slice

  @ParameterizedTest
  @CsvSource({"Float, 0", "Float, 5", "BFloat16, 0", "BFloat16, 5"})
  void chunksAndSlicesGiveAutogradsLossAndDerivative(ScalarType stored, double softcap) {
    torch.manual_seed(3);
    try (Scope scope = new Scope();
        Scratch scratch = new Scratch()) {
      Tensor table = torch.randn(VOCABULARY, HIDDEN).mul_(new Scalar(0.05)).to(stored);
      Tensor hidden = torch.randn(ROWS, HIDDEN);
      Tensor targets = torch.arange(new Scalar(ROWS)).remainder(new Scalar(VOCABULARY));
      Head head = new Head(new DenseWeight(table, scratch), Optional.empty(), softcap, false);

      Tensor leaf = hidden.clone().set_requires_grad(true);
      Tensor plain = torch.linear(leaf, table.to(ScalarType.Float));
      Tensor logits =
          softcap == 0 ? plain : plain.div(new Scalar(softcap)).tanh().mul(new Scalar(softcap));
      Tensor picked = torch.log_softmax(logits, 1).gather(1, targets.unsqueeze(1));
      Tensor expected = picked.sum().neg();
      expected.mul(new Scalar(1.0 / ROWS)).backward();
      long correct =
          logits
              .argmax(new org.bytedeco.pytorch.LongOptional(1), false)
              .eq(targets)
              .sum()
              .item_long();

      Head.Loss trained = head.loss(hidden, targets, 1.0 / ROWS);
      Head.Loss evaluated = head.loss(hidden, targets, Double.NaN);

      double loss = expected.item_double();
      assertThat(trained.crossEntropy().item_double()).isCloseTo(loss, within(1e-6 * loss));
      assertThat(evaluated.crossEntropy().item_double()).isCloseTo(loss, within(1e-6 * loss));
      assertThat(evaluated.correct().item_long()).isEqualTo(correct);
      Tensor difference = trained.dHidden().sub(leaf.grad()).abs().max();
      assertThat(difference.item_double())
          .isLessThan(1e-6 * leaf.grad().abs().max().item_double() + 1e-9);
    }
  }
}
