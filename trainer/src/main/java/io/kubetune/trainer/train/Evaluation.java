package io.kubetune.trainer.train;

import io.kubetune.contract.Event;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.model.CausalLm.LossSum;
import java.util.ArrayList;
import java.util.List;

/// How well the model predicts rows that it is not trained on.
///
/// @param loss mean cross-entropy over label tokens, in nats
/// @param tokenAccuracy share of label tokens that the model thinks likeliest
public record Evaluation(
    double loss, double tokenAccuracy, long labelTokens, int documents, double seconds) {

  static Evaluation of(LossSum sum, int documents, double seconds) {
    return new Evaluation(
        sum.crossEntropy() / sum.labelTokens(),
        (double) sum.correct() / sum.labelTokens(),
        sum.labelTokens(),
        documents,
        seconds);
  }

  /// e to the loss.
  public double perplexity() {
    return Math.exp(loss);
  }

  /// @param when `before`, `during` or `after`
  Event event(int step, String when) {
    return new Event.Evaluated(
        step, when, loss, perplexity(), tokenAccuracy, labelTokens, documents, seconds);
  }

  /// The documents in batches of so many, in their order.
  static List<PackedBatch> batches(List<Document> documents, int perBatch) {
    List<PackedBatch> batches = new ArrayList<>();
    for (int at = 0; at < documents.size(); at += perBatch) {
      batches.add(
          new PackedBatch(documents.subList(at, Math.min(at + perBatch, documents.size()))));
    }
    return batches;
  }
}
