package io.kubetune.cli.request;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.ConfigReader;
import io.kubetune.contract.config.ConfigResult;
import io.kubetune.contract.config.ConfigText;
import io.kubetune.contract.config.Key;
import io.kubetune.contract.config.KeyTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The training config that a run is given: the user's file or the method's defaults, with every
/// single key over it, checked as the trainer checks it.
///
/// ```
/// RunConfig config = RunConfig.of(request, Map.of("TrainingArguments.output_dir", "/mnt/results"));
/// Files.writeString(folder.resolve("training_config.yaml"), config.text());
/// ```
///
/// @param text of training_config.yaml
/// @param warnings keys that the trainer has no use for
public record RunConfig(String text, TrainingConfig config, List<Problem> warnings) {

  /// Keys whose values the runtime decides; in a file they are replaced, because KAITO's configs
  /// have them, but asking for them key by key is a mistake.
  private static final Set<String> PLACED =
      Set.of(
          "ModelConfig.pretrained_model_name_or_path",
          "DatasetConfig.dataset_path",
          "TrainingArguments.output_dir");

  private static final String METHOD_KEY = "KubetuneConfig.method";

  /// @param placed keys that the runtime decides: where model, data and results are
  /// @throws TuneException BAD_REQUEST with every problem
  public static RunConfig of(TuneRequest request, Map<String, String> placed) {
    List<Problem> problems = new ArrayList<>();
    return read(
            request.config(), Optional.of(request.method()), request.runtime(), placed, problems)
        .filter(config -> problems.isEmpty())
        .orElseThrow(() ->
            new TuneException(ExitCode.BAD_REQUEST, "can't make the training config", problems));
  }

  /// The chat template in place of the model's own, where its text is known here: a path means a
  /// file of the pod.
  public Optional<String> chatTemplate() {
    return config.model().chatTemplate().filter(ChatTemplateText::isText);
  }

  static Optional<RunConfig> read(
      ConfigSource source,
      Optional<Method> method,
      RuntimeKind runtime,
      Map<String, String> placed,
      List<Problem> problems) {
    boolean kaito = runtime == RuntimeKind.KAITO;
    String base =
        source
            .text()
            .orElseGet(() -> defaults(kaito || source.kaitoDefaults(), method.orElse(Method.LORA)));
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> places = new LinkedHashMap<>();
    for (ConfigOverride each : source.overrides()) {
      if (PLACED.contains(each.key())) {
        problems.add(
            new Problem(
                each.place(),
                "the runtime decides " + each.key(),
                "give --model, --data or --output-image"));
      }
      if (values.put(each.key(), each.value()) != null) {
        problems.add(
            new Problem(each.place(), "also set by " + places.get(each.key()), "keep one of them"));
      }
      places.put(each.key(), each.place());
    }
    // What else is wrong is said beside them.
    ConfigText.unsettable(values)
        .forEach((key, problem) -> {
          problems.add(placedWell(problem, places, List.of()));
          values.remove(key);
        });
    String name = source.name().isEmpty() ? "training config" : source.name();
    try {
      values.putAll(new TreeMap<>(placed)); // an order of its own: the same request, the same text
      String text = ConfigText.override(base, name, values);
      if (kaito && text.contains("KubetuneConfig")) {
        problems.add(
            new Problem(
                name + " KubetuneConfig",
                "KAITO refuses this section",
                "take it out, or choose --runtime job"));
      }
      // KAITO's config can't name the method, so it stands in the checked text alone.
      String stated =
          method
              .map(m ->
                  ConfigText.override(text, Map.of(METHOD_KEY, m.name().toLowerCase(Locale.ROOT))))
              .orElse(text);
      ConfigResult result = ConfigReader.read(kaito ? obeyable(stated) : stated, name);
      return Optional.of(
          new RunConfig(
              kaito ? text : stated, result.config(), warnings(result, source, places, kaito)));
    } catch (TuneException e) {
      List<Problem> inFile = source.text().map(file -> problemsOf(file, name)).orElse(List.of());
      e.problems().forEach(problem -> problems.add(placedWell(problem, places, inFile)));
      return Optional.empty();
    }
  }

  /// The text with keys that our trainer refuses, and KAITO's may well obey, at values that do
  /// nothing.
  private static String obeyable(String text) {
    Map<String, String> neutral = new LinkedHashMap<>();
    for (Problem each : problemsOf(text, "")) {
      String path = keyOf(each);
      int dot = path.indexOf('.');
      if (dot > 0) {
        KeyTable.standard()
            .find(path.substring(0, dot), path.substring(dot + 1))
            .filter(key -> key.standing() == Key.Standing.REFUSED)
            .ifPresent(key ->
                neutral.put(path, key.neutral().getFirst().map(Object::toString).orElse("null")));
      }
    }
    return ConfigText.override(text, neutral);
  }

  /// Problems of a config name their key last.
  private static String keyOf(Problem problem) {
    return problem.place().substring(problem.place().lastIndexOf(' ') + 1);
  }

  /// What the user did not write is no news to them, and KAITO's trainer has a use for its keys.
  private static List<Problem> warnings(
      ConfigResult result, ConfigSource source, Map<String, String> places, boolean kaito) {
    if (kaito) {
      return List.of();
    }
    return result.warnings().stream()
        .map(warning -> placedWell(warning, places, List.of()))
        .filter(warning -> source.text().isPresent() || places.containsValue(warning.place()))
        .toList();
  }

  /// A problem of the merged text, moved to where the user wrote the key: a flag, or the line of
  /// the file before anything was merged into it.
  private static Problem placedWell(
      Problem problem, Map<String, String> places, List<Problem> inFile) {
    String key = keyOf(problem);
    String place = places.get(key);
    if (place == null && key.equals(METHOD_KEY)) {
      place = Field.METHOD.flag();
    }
    if (place != null) {
      return new Problem(place, problem.found(), problem.remedy());
    }
    return inFile.stream()
        .filter(each -> each.place().endsWith(" " + key) && each.found().equals(problem.found()))
        .findFirst()
        .orElse(problem);
  }

  private static List<Problem> problemsOf(String file, String name) {
    try {
      ConfigReader.read(file, name);
      return List.of();
    } catch (TuneException e) {
      return e.problems();
    }
  }

  private static String defaults(boolean kaito, Method method) {
    String name = (kaito ? "kaito-" : "") + (method == Method.QLORA ? "qlora" : "lora");
    String resource = "/templates/configs/" + name + ".yaml";
    try (InputStream in = RunConfig.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
