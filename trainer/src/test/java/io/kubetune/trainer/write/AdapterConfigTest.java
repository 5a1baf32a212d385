package io.kubetune.trainer.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Parameters.Declaration;
import io.kubetune.trainer.train.TrainingSettings;
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
        if (!expected.path("target_parameters").isNull()) {
          continue; // adapters on bare parameters, which configurations can't ask for
        }
        Lora lora = AdapterFolder.settings(file.getParent());
        ObjectNode written = write(lora, expected, file.getParent());
        assertThat(names(written.remove("target_modules")))
            .as(file.toString())
            .isEqualTo(names(expected.remove("target_modules")));
        assertThat(names(written.remove("exclude_modules")))
            .isEqualTo(names(expected.remove("exclude_modules")));
        assertThat(written.toString()).as(file.toString()).isEqualTo(expected.toString());
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  @Test
  void allLinearAndADefaultAreWrittenAsTheNamesThatHaveAnAdapter() throws Exception {
    Path golden = shared().resolve("goldens/models/llama2/adapters/all-linear/final");
    Path file = golden.resolve("adapter_config.json");
    ObjectNode expected = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
    Lora lora = AdapterFolder.settings(golden);
    ObjectNode all = write(targets(lora, Optional.of(new Modules.AllLinear())), expected, golden);
    assertThat(names(all.path("target_modules"))).isEqualTo(names(expected.path("target_modules")));
    ObjectNode byDefault = write(targets(lora, Optional.empty()), expected, golden);
    assertThat(names(byDefault.path("target_modules")))
        .containsExactly(
            "down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");
  }

  private ObjectNode write(Lora lora, JsonNode like, Path golden) throws Exception {
    TrainingConfig some = new TrainingSettings().config();
    TrainingConfig config =
        new TrainingConfig(
            new TrainingConfig.Model(
                like.path("base_model_name_or_path").asString(),
                Optional.empty(),
                some.model().storageType(),
                Optional.empty()),
            some.quantization(),
            lora,
            some.training(),
            some.dataset(),
            some.kubetune());
    try (Safetensors file = Safetensors.open(golden.resolve("adapter_model.safetensors"));
        var parameters =
            new Parameters(
                file.entries().values().stream()
                    .map(each -> new Declaration(each.name(), each.shape(), true))
                    .toList())) {
      AdapterFolder.load(golden, parameters);
      new AdapterWriter(config).writeTo(folder, parameters);
      assertThat(Files.readAllBytes(folder.resolve("adapter_model.safetensors")))
          .isEqualTo(Files.readAllBytes(golden.resolve("adapter_model.safetensors")));
      String json = Files.readString(folder.resolve("adapter_config.json"));
      return (ObjectNode) JsonMapper.shared().readTree(json);
    }
  }

  private static Lora targets(Lora lora, Optional<Modules> targets) {
    return new Lora(
        lora.r(),
        lora.alpha(),
        lora.dropout(),
        targets,
        lora.excludeModules(),
        lora.layersToTransform(),
        lora.layersPattern(),
        lora.rankPattern(),
        lora.alphaPattern(),
        lora.bias(),
        lora.rankStabilized(),
        lora.dora(),
        lora.init(),
        lora.modulesToSave());
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
