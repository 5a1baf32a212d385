package io.kubetune.trainer.load;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A model folder's weights by name, over one safetensors file or many shards.
///
/// Every problem of the files that can be seen without reading values (missing, wrong shape) is
/// collected and thrown at once by [#verify].
public final class Checkpoint implements AutoCloseable {
  private final Path folder;
  private final List<Safetensors> files = new ArrayList<>();
  private final Map<String, Safetensors> home = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private String prefix = "";

  private Checkpoint(Path folder) {
    this.folder = folder;
  }

  public static Checkpoint open(Path folder) {
    Checkpoint checkpoint = new Checkpoint(folder);
    for (Path file : shards(folder)) {
      Safetensors opened = Safetensors.open(file);
      checkpoint.files.add(opened);
      opened.entries().keySet().forEach(name -> checkpoint.home.put(name, opened));
    }
    // A multimodal checkpoint's language model stands under a prefix of its own.
    for (String each : List.of("language_model.", "model.language_model.")) {
      if (checkpoint.home.containsKey(each + "model.embed_tokens.weight")) {
        checkpoint.prefix = each;
      }
    }
    return checkpoint;
  }

  private static List<Path> shards(Path folder) {
    Path index = folder.resolve("model.safetensors.index.json");
    Path single = folder.resolve("model.safetensors");
    try {
      if (Files.exists(index)) {
        JsonNode map = JsonMapper.shared().readTree(Files.readString(index)).path("weight_map");
        TreeSet<String> names = new TreeSet<>();
        map.forEach(each -> names.add(each.asString()));
        List<Problem> missing =
            names.stream()
                .filter(name -> !Files.exists(folder.resolve(name)))
                .map(name ->
                    new Problem(
                        folder.resolve(name).toString(), "the shard is missing", "download it"))
                .toList();
        if (!missing.isEmpty()) {
          throw new TuneException(ExitCode.BAD_MODEL, "can't open the model's weights", missing);
        }
        return names.stream().map(folder::resolve).toList();
      }
      if (Files.exists(single)) {
        return List.of(single);
      }
      try (var all = Files.list(folder)) {
        List<Path> others = all.filter(f -> f.toString().endsWith(".bin")).sorted().toList();
        if (!others.isEmpty()) {
          throw new TuneException(
              ExitCode.BAD_MODEL,
              "can't open the model's weights",
              others.getFirst().toString(),
              "a pickle, which runs code when it is opened",
              "convert it once: python -c \"from transformers import AutoModelForCausalLM as M; "
                  + "M.from_pretrained('"
                  + folder
                  + "').save_pretrained('"
                  + folder
                  + "-safetensors', safe_serialization=True)\"");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new TuneException(
        ExitCode.BAD_MODEL,
        "can't open the model's weights",
        folder.toString(),
        "there is no model.safetensors",
        "download the model's *.safetensors");
  }

  public boolean has(String name) {
    return home.containsKey(prefix + name);
  }

  /// Rows of a matrix, elements of a vector.
  public long rows(String name) {
    return home.get(prefix + name).entries().get(prefix + name).shape()[0];
  }

  /// Values in all tensors.
  public long parameterCount() {
    long count = 0;
    for (Safetensors file : files) {
      for (Safetensors.Entry entry : file.entries().values()) {
        count += entry.bytes() / Safetensors.bytesOf(entry.type());
      }
    }
    return count;
  }

  /// The first name, in the files' order, of a tensor with two dimensions.
  public Optional<String> firstMatrix() {
    return files.stream()
        .flatMap(file -> file.entries().values().stream())
        .filter(entry -> entry.shape().length == 2 && entry.name().startsWith(prefix))
        .map(entry -> entry.name().substring(prefix.length()))
        .findFirst();
  }

  /// The type that a tensor is stored in.
  public ScalarType type(String name) {
    return home.get(prefix + name).entries().get(prefix + name).type();
  }

  /// Notes a problem where the tensor is missing or of another shape; values are not touched.
  ///
  /// @return whether it can be read
  public boolean expect(String name, long... shape) {
    Safetensors file = home.get(prefix + name);
    if (file == null) {
      problems.add(
          new Problem(
              folder + " " + name, "the tensor is missing", "is this the right config.json?"));
      return false;
    }
    long[] found = file.entries().get(prefix + name).shape();
    if (!Arrays.equals(found, shape)) {
      problems.add(
          new Problem(
              folder + " " + name,
              "its shape is "
                  + Arrays.toString(found)
                  + ", config.json makes it "
                  + Arrays.toString(shape),
              "is this the right config.json?"));
      return false;
    }
    return true;
  }

  /// Throws what [#expect] noted, all of it (the first 20).
  public void verify() {
    if (!problems.isEmpty()) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't use the model's weights, " + problems.size() + " tensors are wrong",
          problems.subList(0, Math.min(20, problems.size())));
    }
  }

  /// See [Safetensors#read].
  public Tensor read(String name, Function<Tensor, Tensor> use) {
    return home.get(prefix + name).read(prefix + name, use);
  }

  /// See [Safetensors#map].
  public Tensor map(String name, Arena arena) {
    return home.get(prefix + name).map(prefix + name, arena);
  }

  /// See [Safetensors#visit].
  public void visit(String name, Consumer<Tensor> use) {
    home.get(prefix + name).visit(prefix + name, use);
  }

  @Override
  public void close() {
    files.forEach(Safetensors::close);
  }
}
