package io.kubetune.cli.model;

import io.kubetune.contract.TrainingConfig.NumberType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The models of `templates/presets/presets.yaml`.
///
/// ```
/// Presets.find("mistral-7b").map(Preset::licence) // Optional[Apache-2.0]
/// ```
public final class Presets {
  private static final String RESOURCE = "/templates/presets/presets.yaml";
  private static final List<Preset> ALL = load();

  private Presets() {}

  /// All presets, in the file's order.
  public static List<Preset> all() {
    return ALL;
  }

  public static Optional<Preset> find(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// The preset of a Hugging Face repository.
  public static Optional<Preset> ofRepository(String repository) {
    return ALL.stream().filter(each -> each.repository().equals(repository)).findFirst();
  }

  private static List<Preset> load() {
    try (InputStream in = Presets.class.getResourceAsStream(RESOURCE)) {
      Object root = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
      List<Preset> presets = new ArrayList<>();
      for (Object each : (List<?>) ((Map<?, ?>) root).get("presets")) {
        presets.add(preset((Map<?, ?>) each));
      }
      return List.copyOf(presets);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + RESOURCE, e);
    }
  }

  private static Preset preset(Map<?, ?> entry) {
    return new Preset(
        (String) entry.get("name"),
        (String) entry.get("repository"),
        (String) entry.get("licence"),
        (Boolean) entry.get("gated"),
        (Boolean) entry.get("kaito"),
        new ModelDimensions(
            (String) entry.get("modelType"),
            (Integer) entry.get("hidden"),
            (Integer) entry.get("intermediate"),
            (Integer) entry.get("layers"),
            (Integer) entry.get("heads"),
            (Integer) entry.get("keyValueHeads"),
            (Integer) entry.get("headWidth"),
            (Integer) entry.get("vocabulary"),
            (Boolean) entry.get("tied"),
            (Integer) entry.get("contextTokens"),
            0,
            0,
            NumberType.BFLOAT16));
  }
}
