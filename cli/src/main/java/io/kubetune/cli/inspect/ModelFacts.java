package io.kubetune.cli.inspect;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a model folder holds, found from its configuration and headers in milliseconds; no weight
/// is read.
///
/// ```
/// ModelFacts facts = ModelFacts.read(Path.of("smollm2"));
/// facts.parameters() // 134_515_008
/// ```
///
/// @param parameters counted in the files' headers
/// @param weightBytes of all safetensors files, headers included
/// @param storageType of the largest tensor: F32, BF16, F16
public record ModelFacts(
    Path folder,
    ModelDimensions dimensions,
    long parameters,
    long weightBytes,
    String storageType) {

  private static final String ATTEMPTED = "can't tune this model";

  /// @throws TuneException BAD_MODEL with everything that is missing, damaged or not supported
  public static ModelFacts read(Path folder) {
    List<Problem> problems = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          ATTEMPTED,
          folder.toString(),
          "there is no such folder",
          "give the folder with config.json, tokenizer.json and *.safetensors");
    }
    Optional<ModelDimensions> dimensions = ConfigJson.read(folder, problems);
    if (!Files.isRegularFile(folder.resolve("tokenizer.json"))) {
      problems.add(
          new Problem(
              folder.toString(),
              "there is no tokenizer.json",
              "copy it from where the model came from"));
    }
    List<SafetensorsHeader> headers = WeightFiles.read(folder, problems);
    if (dimensions.isPresent()) {
      TokenizerVocabulary.check(folder.resolve("tokenizer.json"), dimensions.get(), problems);
      if (problems.isEmpty()) { // what is damaged would explain what is missing
        TensorShapes.check(dimensions.get(), headers, problems);
      }
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_MODEL, ATTEMPTED, problems);
    }
    SafetensorsHeader.Tensor largest =
        headers.stream()
            .flatMap(header -> header.tensors().values().stream())
            .max(Comparator.comparingLong(SafetensorsHeader.Tensor::values))
            .orElseThrow();
    return new ModelFacts(
        folder,
        dimensions.orElseThrow().withStored(stored(largest.type())),
        headers.stream()
            .flatMap(header -> header.tensors().values().stream())
            .mapToLong(SafetensorsHeader.Tensor::values)
            .sum(),
        headers.stream().mapToLong(header -> header.file().toFile().length()).sum(),
        largest.type());
  }

  private static NumberType stored(String type) {
    return switch (type) {
      case "BF16" -> NumberType.BFLOAT16;
      case "F16" -> NumberType.FLOAT16;
      default -> NumberType.FLOAT32;
    };
  }
}
