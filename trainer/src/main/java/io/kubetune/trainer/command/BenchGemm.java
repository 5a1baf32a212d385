package io.kubetune.trainer.command;

import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.trainer.bench.LinearShape;
import io.kubetune.trainer.bench.TrainingFloor;
import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.tensor.Precision;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/// `bench-gemm`: times the products of a model's linears on this machine, and says how many tokens
/// a second they allow.
///
/// ```
/// ObjectNode json = new BenchGemm(arguments).floor();
/// // {"compute_type":"fp32","threads":2,…,"gflops":212.4,"floor_tokens_per_second":381.7,"shapes":[…]}
/// ```
public record BenchGemm(Arguments arguments) {
  private static final int TOKENS = 1024;
  private static final int DOCUMENT_TOKENS = 256;
  private static final int RANK = 16;

  public ObjectNode floor() {
    ModelConfig config = ModelConfig.read(Path.of(arguments.required("--model")));
    NumberType compute =
        switch (arguments.text("--compute-type").orElse("auto")) {
          case "fp32" -> NumberType.FLOAT32;
          case "bf16" -> NumberType.BFLOAT16;
          case "auto" -> NumberType.AUTO;
          default ->
              throw Arguments.usage(
                  "--compute-type is '" + arguments.required("--compute-type") + "'",
                  "give fp32, bf16 or auto");
        };
    TrainingFloor.Load load =
        new TrainingFloor.Load(
            arguments.number("--tokens", TOKENS, 1),
            arguments.decimal("--document-tokens", DOCUMENT_TOKENS, 1, Double.MAX_VALUE),
            arguments.decimal("--label-share", 1, 0, 1),
            arguments.number("--rank", RANK, 1));
    return TrainingFloor.measure(
            LinearShape.ofLlama(config), Precision.choose(NumberType.AUTO, compute).compute(), load)
        .toJson();
  }
}
