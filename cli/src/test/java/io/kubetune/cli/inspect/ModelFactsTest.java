package io.kubetune.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("kubetune.root"), "templates/examples/tiny-llama");

  @TempDir Path folder;

  @BeforeEach
  void copyOfTheExampleModel() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLE)) {
      for (Path each : files.toList()) {
        Files.copy(each, folder.resolve(each.getFileName()));
      }
    }
  }

  @Test
  void theExampleModelsSizesAreItsOwn() {
    ModelFacts facts = ModelFacts.read(folder);
    assertThat(facts.parameters()).isEqualTo(facts.dimensions().parameters());
    assertThat(facts.dimensions().layers()).isEqualTo(6);
    assertThat(facts.dimensions().headWidth()).isEqualTo(32);
    assertThat(facts.storageType()).isEqualTo("BF16");
    assertThat(facts.dimensions().stored()).isEqualTo(NumberType.BFLOAT16);
  }

  @Test
  void countedAndComputedParametersAgreeForEveryReferenceModelOfAKnownFamily() {
    Path models = Path.of(System.getProperty("kubetune.shared"), "goldens/models");
    if (!Files.isDirectory(models)) {
      System.err.println("SKIPPED: no reference models at " + models);
    }
    assumeTrue(Files.isDirectory(models));
    for (String name :
        List.of(
            "llama2",
            "llama3",
            "smollm2",
            "mistral",
            "qwen2",
            "qwen3",
            "phi",
            "phi3",
            "phi4-mini",
            "falcon-7b",
            "falcon-40b",
            "gemma",
            "gemma2",
            "gemma3-text",
            "mixtral",
            "qwen3-moe")) {
      List<Problem> problems = new ArrayList<>();
      ModelDimensions dimensions = ConfigJson.read(models.resolve(name), problems).orElseThrow();
      List<SafetensorsHeader> headers = WeightFiles.read(models.resolve(name), problems);
      TensorShapes.check(dimensions, headers, problems);
      assertThat(problems).as(name).isEmpty();
      long computed = dimensions.parameters();
      long counted =
          headers.getFirst().tensors().values().stream()
              .mapToLong(SafetensorsHeader.Tensor::values)
              .sum();
      assertThat(computed).as(name).isEqualTo(counted);
    }
  }

  @Test
  void aFolderWithoutConfigJsonIsRefused() throws IOException {
    Files.delete(folder.resolve("config.json"));
    assertThat(problems().toString()).contains("there is no config.json");
  }

  @Test
  void aFolderThatIsNotThereIsRefused() {
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> ModelFacts.read(folder.resolve("nowhere")));
    assertThat(refused.problems().getFirst().found()).isEqualTo("there is no such folder");
  }

  @Test
  void anArchitectureThatIsNotTrainedNamesThoseThatAre() throws IOException {
    rewriteConfig("\"llama\"", "\"mamba\"");
    assertThat(problems().toString()).contains("supported: llama, mistral");
  }

  @Test
  void everyMissingSizeIsNamed() throws IOException {
    rewriteConfig("\"hidden_size\": 192", "\"hidden\": 192");
    rewriteConfig("\"vocab_size\": 2048", "\"vocab_size\": -1");
    assertThat(problems().stream().map(Problem::place))
        .containsExactly(
            folder.resolve("config.json") + " hidden_size",
            folder.resolve("config.json") + " vocab_size");
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    assertThat(problems()).hasSize(1);
    assertThat(problems().getFirst().found()).startsWith("truncated: ");
  }

  @Test
  void aFileThatEndsInsideItsHeaderIsRefused() throws IOException {
    for (int length : new int[] {0, 7, 8, 100}) {
      try (RandomAccessFile file =
          new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
        byte[] start = Files.readAllBytes(EXAMPLE.resolve("model.safetensors"));
        file.setLength(0);
        file.write(start, 0, length);
      }
      assertThat(problems()).as("length " + length).hasSize(1);
    }
  }

  @Test
  void aTensorOfTheWrongShapeIsNamedWithBothShapes() throws IOException {
    rewriteConfig("\"intermediate_size\": 512", "\"intermediate_size\": 513");
    assertThat(problems()).hasSize(18);
    assertThat(problems().getFirst().toString())
        .contains("model.layers.0.mlp.gate_proj.weight")
        .contains("[512, 192]")
        .contains("[513, 192]");
  }

  @Test
  void aTokenizerWithMoreTokensThanTheEmbeddingHasRowsIsRefused() throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    String text = Files.readString(tokenizer);
    Files.writeString(tokenizer, text.replaceFirst("\"id\": ?0\\b", "\"id\": 2048"));
    assertThat(problems()).hasSize(1);
    assertThat(problems().getFirst().found())
        .isEqualTo("token id 2048 exceeds the embedding's 2048 rows");
  }

  @Test
  void shardsAreThoseThatTheIndexNamesAndAMissingOneIsNamed() throws IOException {
    long parameters = ModelFacts.read(folder).parameters();
    Files.move(folder.resolve("model.safetensors"), folder.resolve("a.safetensors"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {\"x\": \"a.safetensors\"}}");
    Files.copy(folder.resolve("a.safetensors"), folder.resolve("consolidated.safetensors"));
    assertThat(ModelFacts.read(folder).parameters()).isEqualTo(parameters);
    Files.writeString(
        index, "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
    assertThat(problems().toString()).contains("b.safetensors: the shard is missing");
  }

  @Test
  void aFolderWithoutWeightsOrTokenizerNamesBoth() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    Files.delete(folder.resolve("tokenizer.json"));
    assertThat(problems()).hasSize(2);
  }

  private List<Problem> problems() {
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> ModelFacts.read(folder));
    assertThat(refused).isNotNull();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
    return refused.problems();
  }

  private void rewriteConfig(String from, String to) throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
  }
}
