package io.kubetune.cli.inspect;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Holds the shapes in a model's files against those that its config.json implies.
///
/// ```
/// TensorShapes.check(dimensions, headers, problems);
/// ```
final class TensorShapes {
  /// A multimodal checkpoint's language model stands under a prefix of its own.
  private static final List<String> PREFIXES =
      List.of("", "language_model.", "model.language_model.");

  private TensorShapes() {}

  /// Every matrix that the architecture has must be there, in its shape.
  static void check(
      ModelDimensions model, List<SafetensorsHeader> headers, List<Problem> problems) {
    Map<String, SafetensorsHeader> byName = new HashMap<>();
    headers.forEach(header -> header.tensors().keySet().forEach(name -> byName.put(name, header)));
    String prefix =
        PREFIXES.stream()
            .filter(each -> byName.containsKey(each + model.family().embedding() + ".weight"))
            .findFirst()
            .orElse("");
    for (Family.Linear each : expected(model, prefix, byName)) {
      String name = prefix + each.path() + ".weight";
      List<Long> shape = List.of((long) each.outFeatures(), (long) each.inFeatures());
      SafetensorsHeader header = byName.get(name);
      if (header == null) {
        problems.add(
            new Problem(
                headers.getFirst().file().getParent() + " " + name,
                "the tensor is in no file",
                "download all of the model's safetensors"));
      } else if (!header.tensors().get(name).shape().equals(shape)) {
        problems.add(
            new Problem(
                header.file() + " " + name,
                "its shape is "
                    + header.tensors().get(name).shape()
                    + ", config.json implies "
                    + shape,
                "take config.json and weights from the same model"));
      }
    }
  }

  private static List<Family.Linear> expected(
      ModelDimensions model, String prefix, Map<String, SafetensorsHeader> byName) {
    List<Family.Linear> expected = new ArrayList<>();
    expected.add(new Family.Linear(model.family().embedding(), model.vocabulary(), model.hidden()));
    for (int layer = 0; layer < model.layers(); layer++) {
      String block = model.family().blocks() + "." + layer + ".";
      // Qwen 3's mixtures may have plain layers among them, whose width is another.
      boolean plain =
          model.family() == Family.MIXTURE
              && byName.containsKey(prefix + block + "mlp.gate_proj.weight");
      for (Family.Linear each : model.family().linears(model)) {
        if (!plain || each.path().startsWith("self_attn.")) {
          expected.add(
              new Family.Linear(block + each.path(), each.outFeatures(), each.inFeatures()));
        }
      }
    }
    return expected;
  }
}
