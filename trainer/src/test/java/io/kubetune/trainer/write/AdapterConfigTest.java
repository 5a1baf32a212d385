package io.kubetune.trainer.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Parameters.Declaration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AdapterConfigTest {
  @TempDir Path folder;

  /// Every variant of the golden models: all fields in PEFT's order with PEFT's values.
  @Test
  void everyFieldIsThatOfPeft() throws Exception {
    Path models = shared().resolve("goldens/models");
    int compared = 0;
    try (Stream<Path> all = Files.walk(models)) {
      for (Path file : all.filter(each -> each.endsWith("final/adapter_config.json")).toList()) {
        ObjectNode expected = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
        Lora lora = AdapterFolder.settings(file.getParent());
        ObjectNode written = write(lora, expected, file.getParent());
        assertThat(names(written.remove("target_modules")))
            .as(file.toString())
            .isEqualTo(names(expected.remove("target_modules")));
        if (expected.path("target_parameters").isEmpty()) {
          expected.putNull("target_parameters"); // PEFT writes [] or null
        }
        assertThat(names(written.remove("exclude_modules")))
            .isEqualTo(names(expected.remove("exclude_modules")));
        assertThat(written.toString()).as(file.toString()).isEqualTo(expected.toString());
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  private ObjectNode write(Lora lora, JsonNode like, Path golden) throws Exception {
    TrainingConfig.Model base =
        new TrainingConfig.Model(
            like.path("base_model_name_or_path").asString(),
            Optional.empty(),
            NumberType.AUTO,
            Optional.empty());
    try (Safetensors file = Safetensors.open(golden.resolve("adapter_model.safetensors"));
        var parameters =
            new Parameters(
                file.entries().values().stream()
                    .map(each -> new Declaration(each.name(), each.shape(), true))
                    .toList())) {
      AdapterFolder.load(golden, parameters);
      new AdapterWriter(base, lora).writeTo(folder, parameters);
      assertThat(Files.readAllBytes(folder.resolve("adapter_model.safetensors")))
          .isEqualTo(Files.readAllBytes(golden.resolve("adapter_model.safetensors")));
      String json = Files.readString(folder.resolve("adapter_config.json"));
      return (ObjectNode) JsonMapper.shared().readTree(json);
    }
  }

  /// PEFT writes a set, in any order.
  private static List<String> names(JsonNode node) {
    TreeSet<String> names = new TreeSet<>();
    node.forEach(each -> names.add(each.asString()));
    return node.isArray() ? List.copyOf(names) : List.of(node.toString());
  }

  private static Path shared() {
    Path shared = Path.of(System.getProperty("kubetune.shared", "../shared"));
    if (!Files.isDirectory(shared.resolve("goldens"))) {
      System.err.println("SKIPPED: no goldens in " + shared);
    }
    Assumptions.assumeTrue(Files.isDirectory(shared.resolve("goldens")));
    return shared;
  }
}
