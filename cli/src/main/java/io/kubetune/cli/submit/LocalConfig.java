package io.kubetune.cli.submit;

import io.kubetune.cli.request.ConfigOverride;
import io.kubetune.cli.request.ConfigSource;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.config.ConfigReader;
import io.kubetune.contract.config.ConfigText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The `training_config.yaml` of a run on this machine: the user's, or the method's defaults; then
/// the single keys that the user set; then this machine's paths, which stand in the place of a
/// pod's.
///
/// ```
/// String yaml = LocalConfig.of(request, Path.of("/models/tiny"), run);
/// ```
final class LocalConfig {
  private LocalConfig() {}

  /// @throws io.kubetune.contract.TuneException BAD_REQUEST with every problem
  static String of(TuneRequest request, Path model, RunFolder run) {
    ConfigSource source = request.config();
    // Read for itself first: its problems then have the lines of the user's own file.
    source.text().ifPresent(text -> ConfigReader.read(text, source.name()));
    Map<String, String> values = new LinkedHashMap<>();
    for (ConfigOverride override : source.overrides()) {
      values.put(override.key(), override.value());
    }
    values.put("ModelConfig.pretrained_model_name_or_path", model.toString());
    values.put("DatasetConfig.dataset_path", run.dataFolder().toString());
    values.put("TrainingArguments.output_dir", run.resultsFolder().toString());
    String yaml = ConfigText.override(source.text().orElseGet(() -> defaults(request)), values);
    ConfigReader.read(yaml, "training_config.yaml");
    return yaml;
  }

  private static String defaults(TuneRequest request) {
    String resource =
        switch (request.method()) {
          case LORA -> "/templates/configs/lora.yaml";
          case QLORA -> "/templates/configs/qlora.yaml";
          case FULL -> throw new IllegalStateException("no request asks for it");
        };
    try (InputStream in = LocalConfig.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }
}
