package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What an hour of a GPU costs this user, as [UserConfig] has it.
///
/// ```
/// UserConfig.of(environment).prices().ofHour(Optional.of("NVIDIA-H100-80GB-HBM3"))
/// ```
///
/// @param currency as it is printed
/// @param byProduct product as nodes are labelled, or `default`, to the price of one hour
public record GpuPrices(String currency, Map<String, Double> byProduct) {
  private static final String DEFAULT = "default";
  static final String DEFAULT_CURRENCY = "USD";

  public GpuPrices {
    byProduct = Map.copyOf(byProduct);
  }

  static OptionalDouble price(YamlEntry entry, List<Problem> problems) {
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
