package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.request.ConfigOverride;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Settings with which a run needs less memory, computed by the same formula: the mildest first.
///
/// ```
/// FittingSettings.words(plan, 8L << 30) // "--batch-size 1 --gradient-accumulation-steps 8 (needs 5 GiB)"
/// ```
final class FittingSettings {
  /// A setting of the request, not of the training config.
  private static final String METHOD = "method";

  private FittingSettings() {}

  static String words(TunePlan plan, long bytes) {
    if (plan.memory().isEmpty()) {
      return "give a smaller --memory, or a larger node";
    }
    if (plan.request().pod().memory().isPresent()) {
      long enough = needed(plan, Map.of());
      if (enough <= bytes) {
        return "leave --memory out: " + Bytes.text(enough) + " are enough";
      }
    }
    for (Map<String, String> settings : candidates(plan)) {
      long needed = needed(plan, settings);
      if (needed <= bytes) {
        return flags(settings) + " needs " + Bytes.text(needed);
      }
    }
    return "a smaller model, or a larger node; --force submits it all the same";
  }

  private static String flags(Map<String, String> settings) {
    List<String> flags = new ArrayList<>();
    settings.forEach((key, value) -> {
      switch (key) {
        case METHOD -> flags.add("--method " + value);
        default ->
            flags.add(
                Stream.of(Field.values())
                    .filter(field -> field.configKey().equals(key))
                    .map(field -> field.flag() + " " + value)
                    .findFirst()
                    .orElse("--set " + key + "=" + value));
      }
    });
    return String.join(" ", flags);
  }

  /// Each has what the one before it has, and one thing more.
  private static List<Map<String, String>> candidates(TunePlan plan) {
    var training = plan.config().config().training();
    int documents = training.documentsPerMicroStep();
    List<Map<String, String>> all = new ArrayList<>();
    Map<String, String> settings = new LinkedHashMap<>();
    if (documents > 1) {
      settings.put("TrainingArguments.per_device_train_batch_size", "1");
      settings.put(
          "TrainingArguments.gradient_accumulation_steps",
          String.valueOf(documents * training.gradientAccumulationSteps()));
      all.add(new LinkedHashMap<>(settings));
    }
    settings.put("KubetuneConfig.memory", "small");
    all.add(new LinkedHashMap<>(settings));
    settings.put(METHOD, "qlora");
    all.add(new LinkedHashMap<>(settings));
    for (int length = training.maxLengthTokens() / 2; length >= 256; length /= 2) {
      settings.put("TrainingArguments.max_length", String.valueOf(length));
      all.add(new LinkedHashMap<>(settings));
    }
    return all;
  }

  private static long needed(TunePlan plan, Map<String, String> settings) {
    TuneRequest request = plan.request();
    List<ConfigOverride> overrides = new ArrayList<>(request.config().overrides());
    overrides.removeIf(each -> settings.containsKey(each.key()));
    settings.forEach((key, value) -> {
      if (!key.equals(METHOD)) {
        overrides.add(new ConfigOverride(key, value, "--set " + key));
      }
    });
    Method method = settings.containsKey(METHOD) ? Method.QLORA : request.method();
    try {
      TuneRequest other = request.withTraining(method, request.config().with(overrides));
      TunePlan smaller =
          TunePlan.of(
              other.withPod(other.pod().withResources(other.pod().cpu(), Optional.empty())),
              RunConfig.of(other, PodPaths.PLACED),
              plan.model(),
              MachineFacts.here(),
              Release.version());
      return Quantity.getAmountInBytes(new Quantity(smaller.resources().memory())).longValue();
    } catch (TuneException e) {
      // The settings do not go together with others of this request.
      return Long.MAX_VALUE;
    }
  }
}
