package io.kubetune.cli.request;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is a user's and no run's: `$XDG_CONFIG_HOME/kubetune/config.yaml` (`~/.config` where that
/// is not set). What it says counts where neither a flag nor a file of the request says otherwise.
///
/// ```
/// UserConfig.of(environment).defaults() // Givens of the lowest rank
/// ```
///
/// @param defaults for requests, each with its line
public record UserConfig(List<Given> defaults, GpuPrices prices) {
  static final String PRICES = "gpuHourPrices";
  static final String CURRENCY = "currency";

  /// Keys that are fields of a request, and whose values count for every one.
  private static final Map<String, Field> FIELDS =
      Map.of(
          "registry", Field.REGISTRY,
          "runtime", Field.RUNTIME,
          "namespace", Field.NAMESPACE,
          "trainerImage", Field.TRAINER_IMAGE,
          "cliImage", Field.CLI_IMAGE);

  public UserConfig {
    defaults = List.copyOf(defaults);
  }

  /// In the order of the help; prices stand below `gpuHourPrices.PRODUCT`.
  public static List<String> keys() {
    List<String> keys = new ArrayList<>(FIELDS.keySet().stream().sorted().toList());
    keys.add(CURRENCY);
    keys.add(PRICES);
    return keys;
  }

  public static Path file(Map<String, String> environment) {
    Path config = Path.of(environment.getOrDefault("XDG_CONFIG_HOME", ""));
    if (!config.isAbsolute()) {
      config =
          Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config");
    }
    return config.resolve("kubetune").resolve("config.yaml");
  }

  /// Nothing where there is no such file.
  ///
  /// @throws TuneException BAD_REQUEST with every problem of the file
  public static UserConfig of(Map<String, String> environment) {
    Path file = file(environment);
    if (!Files.exists(file)) {
      return read(file.toString(), "");
    }
    try {
      return read(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't read the configuration",
          file.toString(),
          Storage.reason(e),
          "check its permissions",
          e);
    }
  }

  static UserConfig read(String file, String text) {
    List<Problem> problems = new ArrayList<>();
    List<Given> defaults = new ArrayList<>();
    Map<String, Double> prices = new LinkedHashMap<>();
    String currency = GpuPrices.DEFAULT_CURRENCY;
    for (YamlEntry document : YamlEntry.documents(file, text)) {
      for (Map.Entry<String, YamlEntry> each : document.children(problems).entrySet()) {
        YamlEntry entry = each.getValue();
        String key = each.getKey();
        if (FIELDS.containsKey(key)) {
          entry
              .scalar()
              .ifPresentOrElse(
                  value -> defaults.add(new Given(FIELDS.get(key), "", value, entry.place())),
                  () -> problems.add(new Problem(entry.place(), "no text", "write KEY: VALUE")));
        } else if (key.equals(PRICES)) {
          entry
              .children(problems)
              .forEach((product, price) ->
                  GpuPrices.price(price, problems).ifPresent(p -> prices.put(product, p)));
        } else if (key.equals(CURRENCY)) {
          currency = entry.scalar().orElse(GpuPrices.DEFAULT_CURRENCY);
        } else {
          problems.add(new Problem(entry.place(), "unknown key", Suggestion.of(key, keys())));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't understand the configuration", problems);
    }
    return new UserConfig(defaults, new GpuPrices(currency, prices));
  }

  /// The namespace for commands that name none.
  public Optional<String> namespace() {
    return value(Field.NAMESPACE);
  }

  private Optional<String> value(Field field) {
    return defaults.stream().filter(each -> each.field() == field).map(Given::value).findFirst();
  }

  /// Every value that is set, by its key: `registry`, `gpuHourPrices.default`.
  public Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    FIELDS.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            each -> value(each.getValue()).ifPresent(value -> values.put(each.getKey(), value)));
    values.put(CURRENCY, prices.currency());
    prices.byProduct().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> values.put(PRICES + "." + each.getKey(), String.valueOf(each.getValue())));
    return values;
  }
}
