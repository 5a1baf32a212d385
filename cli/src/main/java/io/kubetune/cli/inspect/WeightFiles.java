package io.kubetune.cli.inspect;

import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The safetensors files that make up a model: the shards that its index names, or
/// `model.safetensors`. Others in the folder are left alone, as the trainer leaves them.
///
/// ```
/// List<SafetensorsHeader> headers = WeightFiles.read(folder, problems);
/// ```
final class WeightFiles {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private WeightFiles() {}

  /// Headers of the files that are whole; each other one is a problem.
  static List<SafetensorsHeader> read(Path folder, List<Problem> problems) {
    return files(folder, problems).stream()
        .flatMap(file -> SafetensorsHeader.read(file, problems).stream())
        .toList();
  }

  private static List<Path> files(Path folder, List<Problem> problems) {
    Path index = folder.resolve(INDEX);
    if (Files.isRegularFile(index)) {
      return shards(index, problems);
    }
    if (Files.isRegularFile(folder.resolve(SINGLE))) {
      return List.of(folder.resolve(SINGLE));
    }
    problems.add(
        new Problem(
            folder.toString(),
            "there is neither " + SINGLE + " nor " + INDEX,
            "download the model's safetensors; pickled weights (*.bin) are not read"));
    return List.of();
  }

  private static List<Path> shards(Path index, List<Problem> problems) {
    TreeSet<String> names = new TreeSet<>();
    try {
      JsonNode map = Json.MAPPER.readTree(Files.readString(index)).path("weight_map");
      map.forEach(each -> names.add(each.asString("")));
    } catch (IOException | JacksonException e) {
      problems.add(new Problem(index.toString(), "can't be read", "download it again"));
    }
    List<Path> files = names.stream().map(index::resolveSibling).toList();
    for (Path each : files) {
      if (!Files.isRegularFile(each)) {
        problems.add(new Problem(each.toString(), "the shard is missing", "download it"));
      }
    }
    return files.stream().filter(Files::isRegularFile).toList();
  }
}
