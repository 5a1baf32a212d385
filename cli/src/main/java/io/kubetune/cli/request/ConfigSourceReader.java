package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.ConfigReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what a request says of the training config: a file, and single keys over it.
///
/// A chat template that is a file of this machine becomes its text, because the trainer, in a pod
/// or in a run's folder, does not see the file.
///
/// ```
/// ConfigSource config = new ConfigSourceReader(reader, values, problems).read(file, runtime);
/// ```
record ConfigSourceReader(RequestReader files, FieldValues values, List<Problem> problems) {

  ConfigSource read(FileContents file, RuntimeKind runtime) {
    List<ConfigOverride> overrides = overrides(runtime);
    Optional<Given> named = values.one(Field.CONFIG);
    Optional<String> text =
        named.isEmpty()
            ? file.trainingConfig()
            : files.text(named.get().value(), problems, named.get().place());
    String name = named.map(Given::value).orElse(file.configName());
    boolean overridden =
        overrides.stream().anyMatch(each -> each.key().equals(ChatTemplateText.KEY));
    if (!overridden) {
      text.flatMap(config -> templateOf(config, name, runtime)).ifPresent(overrides::add);
    }
    return new ConfigSource(text, name, file.kaitoDefaults(), overrides);
  }

  private List<ConfigOverride> overrides(RuntimeKind runtime) {
    List<ConfigOverride> overrides = new ArrayList<>();
    for (Given each : values.all(Field.SET)) {
      if (each.key().equals(ChatTemplateText.KEY) && isInPod(each.value(), runtime)) {
        overrides.add(new ConfigOverride(each.key(), each.value(), each.place()));
      } else {
        add(each.key(), each, overrides);
      }
    }
    for (Field field : Field.values()) {
      if (!field.configKey().isEmpty()) {
        values.one(field).ifPresent(given -> add(field.configKey(), given, overrides));
      }
    }
    return overrides;
  }

  private void add(String key, Given given, List<ConfigOverride> overrides) {
    Optional<String> value =
        key.equals(ChatTemplateText.KEY) && !given.value().equals("null")
            ? ChatTemplateText.read(given.place(), given.value(), files.workingFolder(), problems)
            : Optional.of(given.value());
    value.ifPresent(text -> overrides.add(new ConfigOverride(key, text, given.place())));
  }

  /// A path that means a file of the pod's images and volumes, not of this machine.
  private static boolean isInPod(String template, RuntimeKind runtime) {
    return !ChatTemplateText.isText(template)
        && switch (runtime) {
          case KAITO -> template.startsWith("/");
          case JOB -> template.matches("/(workspace|mnt)/.*");
          case LOCAL -> false;
        };
  }

  /// What a config file says of the template, checked; a path in a pod stays a path.
  private Optional<ConfigOverride> templateOf(String config, String name, RuntimeKind runtime) {
    Optional<String> given;
    try {
      given = ConfigReader.read(config, name).config().model().chatTemplate();
    } catch (TuneException e) {
      return Optional.empty(); // RunConfig says all that is wrong with the file
    }
    if (given.isEmpty() || isInPod(given.get(), runtime)) {
      return Optional.empty();
    }
    String place = (name.isEmpty() ? "training config" : name) + " " + ChatTemplateText.KEY;
    return ChatTemplateText.read(place, given.get(), files.workingFolder(), problems)
        .filter(text -> !text.equals(given.get()))
        .map(text -> new ConfigOverride(ChatTemplateText.KEY, text, place));
  }
}
