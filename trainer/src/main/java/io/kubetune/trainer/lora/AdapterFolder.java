package io.kubetune.trainer.lora;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.load.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An adapter as PEFT saves it, read back: `adapter_config.json` and `adapter_model.safetensors`.
///
/// ```
/// Lora lora = AdapterFolder.settings(folder);
/// AdapterFolder.load(folder, model.parameters());
/// ```
public final class AdapterFolder {
  private AdapterFolder() {}

  /// @throws TuneException BAD_MODEL where the folder holds no LoRA adapter
  public static Lora settings(Path folder) {
    Path file = folder.resolve("adapter_config.json");
    try {
      JsonNode root = JsonMapper.shared().readTree(Files.readString(file));
      if (!root.path("peft_type").asString("").equals("LORA")) {
        throw problem(file, "its peft_type is " + root.path("peft_type"), "LORA is needed");
      }
      return new Lora(
          root.path("r").asInt(8),
          root.path("lora_alpha").asDouble(8),
          root.path("lora_dropout").asDouble(0),
          modules(root.path("target_modules")),
          modules(root.path("exclude_modules")),
          layers(root.path("layers_to_transform")),
          root.path("layers_pattern").isString()
              ? Optional.of(root.path("layers_pattern").asString())
              : Optional.empty(),
          table(root.path("rank_pattern"), JsonNode::asInt),
          table(root.path("alpha_pattern"), JsonNode::asDouble),
          switch (root.path("bias").asString("none")) {
            case "all" -> Lora.Bias.ALL;
            case "lora_only" -> Lora.Bias.LORA_ONLY;
            default -> Lora.Bias.NONE;
          },
          root.path("use_rslora").asBoolean(false),
          root.path("use_dora").asBoolean(false),
          Lora.Init.KAIMING,
          names(root.path("modules_to_save")),
          names(root.path("target_parameters")));
    } catch (IOException | JacksonException e) {
      throw problem(file, e.getMessage(), "give the folder that pull-adapter or PEFT wrote");
    }
  }

  private static Optional<Modules> modules(JsonNode node) {
    if (node.isString()) {
      return Optional.of(
          node.asString().equals("all-linear")
              ? new Modules.AllLinear()
              : new Modules.Pattern(node.asString()));
    }
    return node.isArray() ? Optional.of(new Modules.Names(names(node))) : Optional.empty();
  }

  private static List<String> names(JsonNode node) {
    List<String> all = new ArrayList<>();
    node.forEach(each -> all.add(each.asString()));
    return all;
  }

  private static List<Integer> layers(JsonNode node) {
    if (node.isNumber()) {
      return List.of(node.asInt());
    }
    List<Integer> all = new ArrayList<>();
    node.forEach(each -> all.add(each.asInt()));
    return all;
  }

  private static <T> Map<String, T> table(JsonNode node, Function<JsonNode, T> value) {
    Map<String, T> all = new LinkedHashMap<>();
    node.properties().forEach(e -> all.put(e.getKey(), value.apply(e.getValue())));
    return all;
  }

  /// Fills every parameter from the adapter's file; names and shapes must be the same on both
  /// sides.
  public static void load(Path folder, Parameters parameters) {
    Path path = folder.resolve("adapter_model.safetensors");
    try (Safetensors file = Safetensors.open(path)) {
      List<Problem> problems = new ArrayList<>();
      Set<String> unknown = new TreeSet<>(file.entries().keySet());
      for (Parameters.Parameter each : parameters.list()) {
        unknown.remove(each.name());
        Safetensors.Entry entry = file.entries().get(each.name());
        if (entry == null) {
          problems.add(new Problem(path + " " + each.name(), "the tensor is missing", ""));
        } else if (!Arrays.equals(entry.shape(), each.declaration().shape())) {
          problems.add(
              new Problem(
                  path + " " + each.name(),
                  "its shape is "
                      + Arrays.toString(entry.shape())
                      + ", the model needs "
                      + Arrays.toString(each.declaration().shape()),
                  "is it an adapter of this base model?"));
        } else {
          Tensor value = each.value();
          file.visit(each.name(), value::copy_);
        }
      }
      unknown.forEach(name ->
          problems.add(
              new Problem(
                  path + " " + name,
                  "no parameter of that name",
                  "is it an adapter of this base model?")));
      if (!problems.isEmpty()) {
        throw new TuneException(
            ExitCode.BAD_MODEL,
            "can't load the adapter",
            problems.subList(0, Math.min(20, problems.size())));
      }
    }
  }

  private static TuneException problem(Path file, String found, String remedy) {
    return new TuneException(
        ExitCode.BAD_MODEL, "can't read the adapter", file.toString(), found, remedy);
  }
}
