package io.kubetune.trainer.lora;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which linears get an adapter, of which rank and scale, by PEFT's rules.
///
/// Source: peft 0.21.2, `tuners_utils.check_target_module_exists` and `other.get_pattern_key`.
/// Unlike PEFT, a name that matches no module at all is an error: it is a typing mistake, and
/// training without it would not show it.
public final class Targets {
  private static final Pattern FIRST_NUMBER = Pattern.compile(".*?\\.[^.]*\\.(?<idx>\\d+)\\.");

  /// @param scale alpha/r, or alpha/sqrt(r) with rank-stabilized LoRA (Kalajdzievski 2023)
  public record Shape(int r, double alpha, double scale) {}

  private final Lora lora;
  private final Modules wanted;
  private final Set<String> unmatched = new TreeSet<>();
  private final List<String> linears = new ArrayList<>();
  private final Set<String> adapted = new TreeSet<>();
  private final Set<String> adaptedParameters = new TreeSet<>();
  private final Set<String> unmatchedParameters = new TreeSet<>();

  /// @param architectureDefault what is adapted where the configuration names nothing
  public Targets(Lora lora, List<String> architectureDefault) {
    this.lora = lora;
    this.wanted = lora.targetModules().orElse(new Modules.Names(architectureDefault));
    if (wanted instanceof Modules.Names(List<String> names)) {
      unmatched.addAll(names);
    }
    unmatchedParameters.addAll(lora.targetParameters());
  }

  /// Asked once for every linear of the model but the head, by its name in the checkpoint.
  public Optional<Shape> of(String module) {
    linears.add(module);
    boolean isWanted = matches(wanted, module);
    if (!isWanted || excluded(module) || !inLayers(module)) {
      return Optional.empty();
    }
    adapted.add(module);
    return Optional.of(shape(module, 1));
  }

  /// Asked once for every fused tensor of a mixture that is kept as one parameter by transformers
  /// 5, by that name.
  ///
  /// With `all-linear` PEFT adapts the router and both tensors of the experts, and gives the fused
  /// gate and up twice the rank and alpha.
  ///
  /// @param fused linears in it
  public Optional<Shape> ofParameter(String parameter, int fused) {
    boolean all = wanted instanceof Modules.AllLinear;
    boolean named = false;
    for (String name : lora.targetParameters()) {
      if (parameter.equals(name) || parameter.endsWith("." + name)) {
        unmatchedParameters.remove(name);
        named = true;
      }
    }
    if (!all && !named) {
      return Optional.empty();
    }
    if (lora.dora() || lora.dropout() > 0) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't place the adapter",
          "LoraConfig.target_parameters",
          parameter + " is one tensor for all experts; DoRA and dropout don't reach inside it",
          "set use_dora: false and lora_dropout: 0, or name the experts' own linears in target_modules");
    }
    adaptedParameters.add(parameter);
    return Optional.of(shape(parameter, all ? fused : 1));
  }

  /// Whether a fused tensor would be adapted; asked before its linears are.
  public boolean wantsParameters() {
    return wanted instanceof Modules.AllLinear || !lora.targetParameters().isEmpty();
  }

  private Shape shape(String module, int fused) {
    int r = fused * lookUp(lora.rankPattern(), module).orElse(lora.r());
    double alpha = fused * lookUp(lora.alphaPattern(), module).orElse(lora.alpha());
    double scale = lora.rankStabilized() ? alpha / Math.sqrt(r) : alpha / r;
    return new Shape(r, alpha, scale);
  }

  /// Whether a module is trained whole (PEFT's `modules_to_save`).
  public boolean isSavedWhole(String module) {
    return lora.modulesToSave().stream()
        .anyMatch(m -> Pattern.compile("(^|.*\\.)" + m + "($|\\..*)").matcher(module).matches());
  }

  /// Throws where a name matched nothing, or nothing is adapted.
  public void verify() {
    List<Problem> problems = new ArrayList<>();
    Set<String> known = new TreeSet<>();
    linears.forEach(each -> known.add(each.substring(each.lastIndexOf('.') + 1)));
    for (String name : unmatched) {
      problems.add(
          new Problem(
              "LoraConfig.target_modules",
              "no module is called " + name,
              "this model has " + String.join(", ", known)));
    }
    for (String name : unmatchedParameters) {
      problems.add(
          new Problem(
              "LoraConfig.target_parameters",
              "no tensor is called " + name,
              "a mixture has gate.weight, gate_up_proj and down_proj; other models have none"));
    }
    if (adapted.isEmpty()
        && adaptedParameters.isEmpty()
        && problems.isEmpty()
        && lora.modulesToSave().isEmpty()) {
      problems.add(
          new Problem(
              "LoraConfig.target_modules",
              "no linear is left to adapt",
              "this model has " + String.join(", ", known)));
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't place the adapter", problems);
    }
  }

  /// The settings with every choice made, as `adapter_config.json` should have them: names in place
  /// of `all-linear` and of the architecture's default, short where a short name says the same.
  public Lora resolved() {
    if (wanted instanceof Modules.Pattern) {
      return lora;
    }
    Set<String> leaves = new TreeSet<>();
    adapted.forEach(each -> leaves.add(leaf(each)));
    boolean shortWillDo =
        linears.stream().filter(each -> leaves.contains(leaf(each))).allMatch(adapted::contains)
            || lora.excludeModules().isPresent()
            || !lora.layersToTransform().isEmpty();
    Modules names = new Modules.Names(List.copyOf(shortWillDo ? leaves : adapted));
    Map<String, Integer> ranks = new LinkedHashMap<>(lora.rankPattern());
    Map<String, Double> alphas = new LinkedHashMap<>(lora.alphaPattern());
    List<String> parameters = lora.targetParameters();
    if (wanted instanceof Modules.AllLinear && !adaptedParameters.isEmpty()) {
      parameters = List.of("gate.weight", "gate_up_proj", "down_proj");
      ranks.put(".*\\.gate_up_proj", 2 * lora.r());
      alphas.put(".*\\.gate_up_proj", 2 * lora.alpha());
    }
    return new Lora(
        lora.r(),
        lora.alpha(),
        lora.dropout(),
        Optional.of(names),
        lora.excludeModules(),
        lora.layersToTransform(),
        lora.layersPattern(),
        ranks,
        alphas,
        lora.bias(),
        lora.rankStabilized(),
        lora.dora(),
        lora.init(),
        lora.modulesToSave(),
        parameters);
  }

  private static String leaf(String module) {
    return module.substring(module.lastIndexOf('.') + 1);
  }

  private boolean matches(Modules modules, String module) {
    return switch (modules) {
      case Modules.AllLinear() -> true;
      case Modules.Pattern(String regex) -> Pattern.compile(regex).matcher(module).matches();
      case Modules.Names(List<String> names) -> {
        boolean any = false;
        for (String name : names) {
          if (module.equals(name) || module.endsWith("." + name)) {
            unmatched.remove(name);
            any = true;
          }
        }
        yield any;
      }
    };
  }

  private boolean excluded(String module) {
    return lora.excludeModules().map(each -> matches(each, module)).orElse(false)
        || isSavedWhole(module);
  }

  private boolean inLayers(String module) {
    if (lora.layersToTransform().isEmpty() || !(wanted instanceof Modules.Names)) {
      return true;
    }
    Pattern pattern =
        lora.layersPattern()
            .map(p -> Pattern.compile("(?:^|.*?\\.)" + p + "\\.(?<idx>\\d+)\\."))
            .orElse(FIRST_NUMBER);
    Matcher matcher = pattern.matcher(module);
    return matcher.lookingAt()
        && lora.layersToTransform().contains(Integer.parseInt(matcher.group("idx")));
  }

  private static <T> Optional<T> lookUp(Map<String, T> patterns, String module) {
    return patterns.entrySet().stream()
        .filter(e -> Pattern.compile("(.*\\.)?(" + e.getKey() + ")$").matcher(module).lookingAt())
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
