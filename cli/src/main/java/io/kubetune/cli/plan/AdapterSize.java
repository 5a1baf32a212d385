package io.kubetune.cli.plan;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// How many parameters LoRA adds: for each adapted linear `r · (in + out)` (Hu et al. 2021), plus
/// `out` with DoRA.
///
/// Which linears are adapted follows PEFT 0.21's rules for names, patterns and layers.
///
/// ```
/// AdapterSize.parameters(dimensions, config.lora())
/// ```
final class AdapterSize {
  private AdapterSize() {}

  static long parameters(ModelDimensions model, Lora lora) {
    Modules wanted =
        lora.targetModules().orElse(new Modules.Names(model.family().defaultTargets()));
    long parameters = 0;
    for (int layer = 0; layer < model.layers(); layer++) {
      if (!lora.layersToTransform().isEmpty() && !lora.layersToTransform().contains(layer)) {
        continue;
      }
      for (Family.Linear linear : model.family().linears(model)) {
        String module = model.family().blocks() + "." + layer + "." + linear.path();
        boolean excluded = lora.excludeModules().filter(m -> matches(m, module)).isPresent();
        if (matches(wanted, module) && !excluded) {
          long r = rank(lora, module);
          parameters += r * (linear.inFeatures() + linear.outFeatures());
          parameters += lora.dora() ? linear.outFeatures() : 0;
        }
      }
    }
    return parameters + savedWhole(model, lora.modulesToSave());
  }

  /// Whether a linear of the block gets an adapter in any layer.
  static Predicate<Family.Linear> adapted(ModelDimensions model, Lora lora) {
    Modules wanted =
        lora.targetModules().orElse(new Modules.Names(model.family().defaultTargets()));
    return linear -> {
      String module = model.family().blocks() + ".0." + linear.path();
      return matches(wanted, module)
          && lora.excludeModules().filter(m -> matches(m, module)).isEmpty();
    };
  }

  private static boolean matches(Modules modules, String module) {
    return switch (modules) {
      case Modules.AllLinear() -> true;
      case Modules.Pattern(String regex) -> Pattern.compile(regex).matcher(module).matches();
      case Modules.Names(List<String> names) ->
          names.stream().anyMatch(name -> module.equals(name) || module.endsWith("." + name));
    };
  }

  private static int rank(Lora lora, String module) {
    Optional<Integer> special =
        lora.rankPattern().entrySet().stream()
            .filter(each ->
                Pattern.compile("(.*\\.)?(" + each.getKey() + ")").matcher(module).matches())
            .map(Map.Entry::getValue)
            .findFirst();
    return special.orElse(lora.r());
  }

  /// Embedding and head are the modules that people save whole.
  private static long savedWhole(ModelDimensions model, List<String> modules) {
    long one = (long) model.vocabulary() * model.hidden();
    return modules.stream()
            .filter(name -> model.family().embedding().endsWith(name) || name.equals("lm_head"))
            .count()
        * one;
  }
}
