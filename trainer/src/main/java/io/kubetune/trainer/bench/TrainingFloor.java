package io.kubetune.trainer.bench;

import io.kubetune.trainer.tensor.Precision;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The most tokens a second that LoRA training can reach on this machine, by arithmetic alone.
///
/// A token costs `4·P + 7·S·d·L + 6·N` operations: the frozen weights P are multiplied forward and
/// backward (2 operations each), causal attention over documents of S tokens with width d in L
/// layers takes two products forward and five backward over half the square, and the adapter's N
/// parameters take part forward, backward and in their own gradient. P's products are timed shape
/// by shape; the rest is counted at their average rate, which flatters the floor.
///
/// ```
/// TrainingFloor floor = new TrainingFloor(rates, ScalarType.Float, load);
/// floor.tokensPerSecond()
/// ```
///
/// @param rates one for each of the model's linears
public record TrainingFloor(List<GemmRate> rates, ScalarType type, Load load) {

  /// What is trained.
  ///
  /// @param tokens rows of the products timed: tokens of a micro-step
  /// @param documentTokens S, the mean length of a document
  /// @param labelShare share of tokens that are learned: only they need the head's product
  /// @param rank of LoRA, on every linear but the head
  public record Load(int tokens, double documentTokens, double labelShare, int rank) {}

  public static TrainingFloor measure(List<LinearShape> shapes, ScalarType type, Load load) {
    List<GemmRate> rates =
        shapes.stream().map(shape -> GemmRate.measure(shape, load.tokens(), type)).toList();
    return new TrainingFloor(rates, type, load);
  }

  public double tokensPerSecond() {
    return 1 / (secondsOfWeights() + (attentionOperations() + loraOperations()) / averageFlops());
  }

  public double operationsPerToken() {
    return weightOperations() + attentionOperations() + loraOperations();
  }

  public ObjectNode toJson() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("compute_type", Precision.name(type));
    json.put("threads", torch.get_num_threads());
    json.put("tokens", load.tokens());
    json.put("document_tokens", load.documentTokens());
    json.put("label_share", load.labelShare());
    json.put("rank", load.rank());
    json.put("operations_per_token", operationsPerToken());
    json.put("gflops", averageFlops() / 1e9);
    json.put("floor_tokens_per_second", tokensPerSecond());
    for (GemmRate rate : rates) {
      LinearShape shape = rate.shape();
      json.withArray("shapes")
          .addObject()
          .put("name", shape.name())
          .put("in", shape.in())
          .put("out", shape.out())
          .put("count", shape.count())
          .put("forward_gflops", rate.forwardFlops() / 1e9)
          .put("backward_gflops", rate.backwardFlops() / 1e9);
    }
    return json;
  }

  private double averageFlops() {
    return weightOperations() / secondsOfWeights();
  }

  private double secondsOfWeights() {
    return rates.stream().mapToDouble(rate -> share(rate) * rate.secondsPerToken()).sum();
  }

  private double weightOperations() {
    return rates.stream().mapToDouble(rate -> 4.0 * share(rate) * rate.shape().parameters()).sum();
  }

  private double attentionOperations() {
    LinearShape output =
        rates.stream()
            .map(GemmRate::shape)
            .filter(shape -> shape.name().equals("o_proj"))
            .findFirst()
            .orElseThrow();
    return 7.0 * load.documentTokens() * output.in() * output.count();
  }

  private double loraOperations() {
    return rates.stream()
        .map(GemmRate::shape)
        .filter(shape -> !shape.isHead())
        .mapToDouble(shape -> 6.0 * shape.loraParameters(load.rank()))
        .sum();
  }

  private double share(GemmRate rate) {
    return rate.shape().isHead() ? load.labelShare() : 1;
  }
}
