package io.kubetune.cli.request;

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
import java.util.OptionalDouble;

/// What an hour of a GPU costs this user, from `$XDG_CONFIG_HOME/kubetune/config.yaml` (`~/.config`
/// where that is not set).
///
/// ```
/// GpuPrices.of(environment).ofHour(Optional.of("NVIDIA-H100-80GB-HBM3"))
/// ```
///
/// @param currency as it is printed
/// @param byProduct product as nodes are labelled, or `default`, to the price of one hour
public record GpuPrices(String currency, Map<String, Double> byProduct) {
  private static final String PRICES = "gpuHourPrices";
  private static final String CURRENCY = "currency";
  private static final String DEFAULT = "default";
  private static final String DEFAULT_CURRENCY = "USD";

  public GpuPrices {
    byProduct = Map.copyOf(byProduct);
  }

  /// No prices where there is no such file.
  ///
  /// @throws TuneException BAD_REQUEST with every problem of the file
  public static GpuPrices of(Map<String, String> environment) {
    Path config = Path.of(environment.getOrDefault("XDG_CONFIG_HOME", ""));
    if (!config.isAbsolute()) {
      config =
          Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config");
    }
    Path file = config.resolve("kubetune").resolve("config.yaml");
    if (!Files.exists(file)) {
      return new GpuPrices(DEFAULT_CURRENCY, Map.of());
    }
    try {
      return read(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't read the configuration",
          file.toString(),
          e.getClass().getSimpleName(),
          "check its permissions",
          e);
    }
  }

  static GpuPrices read(String file, String text) {
    List<Problem> problems = new ArrayList<>();
    Map<String, Double> prices = new LinkedHashMap<>();
    String currency = DEFAULT_CURRENCY;
    for (YamlEntry document : YamlEntry.documents(file, text)) {
      for (Map.Entry<String, YamlEntry> each : document.children(problems).entrySet()) {
        switch (each.getKey()) {
          case PRICES ->
              each.getValue()
                  .children(problems)
                  .forEach((product, price) ->
                      price(price, problems).ifPresent(p -> prices.put(product, p)));
          case CURRENCY -> currency = each.getValue().scalar().orElse(DEFAULT_CURRENCY);
          default ->
              problems.add(
                  new Problem(
                      each.getValue().place(),
                      "unknown key",
                      Suggestion.of(each.getKey(), List.of(PRICES, CURRENCY))));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't understand the configuration", problems);
    }
    return new GpuPrices(currency, prices);
  }

  private static OptionalDouble price(YamlEntry entry, List<Problem> problems) {
    Optional<String> text = entry.scalar();
    try {
      double price = Double.parseDouble(text.orElse("0"));
      if (price >= 0 && price < 1e6) {
        return OptionalDouble.of(price);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    problems.add(
        new Problem(entry.place(), "'" + text.orElse("") + "' is no price", "for example 2.5"));
    return OptionalDouble.empty();
  }

  /// @param product what the GPU is; empty where no node says
  public OptionalDouble ofHour(Optional<String> product) {
    Double price = product.map(byProduct::get).orElseGet(() -> byProduct.get(DEFAULT));
    return price == null ? OptionalDouble.empty() : OptionalDouble.of(price);
  }
}
