package io.kubetune.cli.inspect;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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
    List<SafetensorsHeader> headers = headers(folder, problems);
    if (dimensions.isPresent()) {
      checkShapes(dimensions.get(), headers, problems);
      TokenizerVocabulary.check(folder.resolve("tokenizer.json"), dimensions.get(), problems);
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
        dimensions.orElseThrow(),
        headers.stream()
            .flatMap(header -> header.tensors().values().stream())
            .mapToLong(SafetensorsHeader.Tensor::values)
            .sum(),
        headers.stream().mapToLong(header -> header.file().toFile().length()).sum(),
        largest.type());
  }

  private static List<SafetensorsHeader> headers(Path folder, List<Problem> problems) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> weights =
          files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
      if (weights.isEmpty()) {
        problems.add(
            new Problem(
                folder.toString(),
                "there is no *.safetensors",
                "download the model's safetensors; pickled weights (*.bin) are not read"));
      }
      return weights.stream()
          .flatMap(file -> SafetensorsHeader.read(file, problems).stream())
          .toList();
    } catch (IOException e) {
      problems.add(
          new Problem(
              folder.toString(), "can't be listed: " + e.getMessage(), "check its permissions"));
      return List.of();
    }
  }

  /// Every matrix that the architecture has must be there, in the shape that config.json implies.
  private static void checkShapes(
      ModelDimensions model, List<SafetensorsHeader> headers, List<Problem> problems) {
    Map<String, SafetensorsHeader> byName = new HashMap<>();
    headers.forEach(header -> header.tensors().keySet().forEach(name -> byName.put(name, header)));
    if (byName.isEmpty() || !problems.isEmpty()) {
      return; // what is damaged explains what is missing
    }
    List<Family.Linear> expected = new ArrayList<>();
    expected.add(new Family.Linear(model.family().embedding(), model.vocabulary(), model.hidden()));
    for (int layer = 0; layer < model.layers(); layer++) {
      for (Family.Linear each : model.family().linears(model)) {
        expected.add(
            new Family.Linear(
                model.family().blocks() + "." + layer + "." + each.path(),
                each.outFeatures(),
                each.inFeatures()));
      }
    }
    for (Family.Linear each : expected) {
      String name = each.path() + ".weight";
      List<Long> shape = List.of((long) each.outFeatures(), (long) each.inFeatures());
      SafetensorsHeader header = byName.get(name);
      if (header == null) {
        problems.add(
            new Problem(
                headers.getFirst().file().getParent() + " " + name,
                "the tensor is in no file",
                "download all of the model's safetensors"));
      } else if (!header.tensors().get(name).shape().equals(shape)) {
        problems.add(
            new Problem(
                header.file() + " " + name,
                "its shape is "
                    + header.tensors().get(name).shape()
                    + ", config.json implies "
                    + shape,
                "take config.json and weights from the same model"));
      }
    }
  }
}
