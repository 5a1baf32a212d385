package io.kubetune.trainer.train;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.randn;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Parameters.Declaration;
import io.kubetune.trainer.model.CausalLm;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The smallest real language model: the next token's logits are a row of a table and a bias, with
/// the exact gradient, on libtorch.
///
/// ```
/// try (var model = new BigramLm(11)) { model.accumulate(batch, 1, 0); }
/// ```
final class BigramLm implements CausalLm {
  private final Parameters parameters;
  private final Tensor table; // [V, V]
  private final Tensor bias; // [V]

  /// Micro-steps with more tokens ask libtorch's allocator for more memory than there is.
  int mostTokens = Integer.MAX_VALUE;

  /// Micro-steps with a document of this row have a loss that is not a number.
  int poisonedRow = -1;

  final List<Integer> microStepTokens = new ArrayList<>();

  BigramLm(int vocabulary) {
    parameters =
        new Parameters(
            List.of(
                new Declaration("bigram.bias", new long[] {vocabulary}, false),
                new Declaration("bigram.weight", new long[] {vocabulary, vocabulary}, true)));
    table = parameters.named("bigram.weight").value();
    bias = parameters.named("bigram.bias").value();
    torch.manual_seed(3);
    try (Scope scope = new Scope()) {
      parameters.values().copy_(randn(parameters.count()));
    }
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public double accumulate(PackedBatch batch, double scale, long randomStream) {
    refuseTooLarge(batch);
    try (Scope scope = new Scope()) {
      Targets targets = Targets.of(batch);
      Tensor ids = HostArrays.longs(targets.from); // [L] tokens that a learned one follows
      Tensor next = HostArrays.longs(targets.to).unsqueeze(1); // [L, 1]
      Tensor logProbabilities = log_softmax(table.index_select(0, ids).add(bias), 1); // [L, V]
      double sum = -logProbabilities.gather(1, next).sum().item_double();
      Tensor dLogits = logProbabilities.exp(); // [L, V]
      dLogits.scatter_add_(1, next, torch.ones_like(dLogits.narrow(1, 0, 1)).neg());
      dLogits.mul_(new Scalar(scale));
      parameters.named("bigram.weight").gradient().index_add_(0, ids, dLogits);
      parameters.named("bigram.bias").gradient().add_(dLogits.sum(0));
      boolean poisoned =
          batch.documents().stream().mapToInt(Document::row).anyMatch(row -> row == poisonedRow);
      return poisoned ? Double.NaN : sum;
    }
  }

  @Override
  public LossSum evaluate(PackedBatch batch) {
    refuseTooLarge(batch);
    try (Scope scope = new Scope()) {
      Targets targets = Targets.of(batch);
      Tensor logits = table.index_select(0, HostArrays.longs(targets.from)).add(bias); // [L, V]
      Tensor next = HostArrays.longs(targets.to);
      double sum = -log_softmax(logits, 1).gather(1, next.unsqueeze(1)).sum().item_double();
      long correct = 0;
      for (int i = 0; i < targets.to.length; i++) {
        correct += logits.select(0, i).argmax().item_long() == targets.to[i] ? 1 : 0;
      }
      return new LossSum(sum, correct, targets.to.length);
    }
  }

  @Override
  public Tensor logits(PackedBatch batch) {
    try (Scope scope = new Scope()) {
      return scope.escape(table.index_select(0, HostArrays.longs(batch.tokens())).add(bias));
    }
  }

  private void refuseTooLarge(PackedBatch batch) {
    microStepTokens.add(batch.tokenCount());
    if (batch.tokenCount() > mostTokens) {
      try (Scope scope = new Scope()) {
        empty(1L << 50); // 4 PiB: libtorch's own refusal, not one of ours
      }
    }
  }

  private record Targets(int[] from, int[] to) {
    static Targets of(PackedBatch batch) {
      int[] tokens = batch.tokens();
      int[] targets = batch.targets();
      int learned = batch.labelTokens();
      int[] from = new int[learned];
      int[] to = new int[learned];
      int at = 0;
      for (int i = 0; i < tokens.length; i++) {
        if (targets[i] != Document.IGNORED) {
          from[at] = tokens[i];
          to[at++] = targets[i];
        }
      }
      return new Targets(from, to);
    }
  }

  @Override
  public void adapterEnabled(boolean enabled) {
    throw new UnsupportedOperationException("no base model to go back to");
  }

  @Override
  public Decoder decoder() {
    throw new UnsupportedOperationException("not generated from");
  }

  @Override
  public void close() {
    parameters.close();
  }
}
