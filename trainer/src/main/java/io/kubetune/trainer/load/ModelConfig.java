package io.kubetune.trainer.load;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A model's `config.json`, in the field names of transformers, old style or new.
///
/// The new style (transformers 5) has `dtype` for `torch_dtype` and one `rope_parameters` for
/// `rope_theta`, `rope_scaling` and `partial_rotary_factor`; [#rope] reads both.
///
/// ```
/// ModelConfig config = ModelConfig.read(folder);
/// int layers = config.required("num_hidden_layers");
/// ```
public final class ModelConfig {
  private final Path file;
  private final JsonNode root;

  private ModelConfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /// @throws TuneException BAD_MODEL where there is no config.json, or one that is not JSON
  public static ModelConfig read(Path folder) {
    Path file = folder.resolve("config.json");
    if (!Files.isDirectory(folder)) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't open the model",
          folder.toString(),
          "there is no such folder",
          "give the folder that holds config.json, tokenizer.json and *.safetensors");
    }
    try {
      JsonNode root = JsonMapper.shared().readTree(Files.readString(file));
      // Multimodal checkpoints keep the language model's fields one level down.
      JsonNode text = root.path("text_config");
      return new ModelConfig(file, text.isObject() && !root.has("hidden_size") ? text : root);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't open the model",
          folder.toString(),
          "there is no config.json",
          "give the folder that holds config.json, tokenizer.json and *.safetensors",
          e);
    } catch (IOException | JacksonException e) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't read the model's configuration",
          file.toString(),
          e.getMessage(),
          "download it again",
          e);
    }
  }

  public Path file() {
    return file;
  }

  public String modelType() {
    return root.path("model_type").asString("");
  }

  public boolean has(String key) {
    return root.hasNonNull(key);
  }

  public JsonNode node(String key) {
    return root.path(key);
  }

  /// A whole number that must be there, and be positive.
  public int required(String key) {
    if (!root.path(key).isNumber() || root.path(key).asInt() <= 0) {
      throw problem(
          key,
          root.has(key) ? "is " + root.path(key) : "is missing",
          "a positive whole number is needed");
    }
    return root.path(key).asInt();
  }

  public int integer(String key, int otherwise) {
    return has(key) ? root.path(key).asInt() : otherwise;
  }

  public double number(String key, double otherwise) {
    return has(key) ? root.path(key).asDouble() : otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key) ? root.path(key).asBoolean() : otherwise;
  }

  public String text(String key, String otherwise) {
    return has(key) ? root.path(key).asString() : otherwise;
  }

  public Optional<Integer> window(String key) {
    return has(key) ? Optional.of(root.path(key).asInt()) : Optional.empty();
  }

  /// The rotary embedding's parameters of one kind of layer.
  ///
  /// @param layerType `full_attention` or `sliding_attention`: newer files keep a table for each
  public Rope rope(String layerType, double theta) {
    JsonNode parameters = root.path("rope_parameters");
    if (parameters.path(layerType).isObject()) {
      parameters = parameters.path(layerType);
    }
    JsonNode scaling = parameters.isObject() ? parameters : root.path("rope_scaling");
    double base =
        parameters.hasNonNull("rope_theta")
            ? parameters.path("rope_theta").asDouble()
            : number("rope_theta", theta);
    double share =
        parameters.hasNonNull("partial_rotary_factor")
            ? parameters.path("partial_rotary_factor").asDouble()
            : number("partial_rotary_factor", 1.0);
    String type =
        scaling.hasNonNull("rope_type")
            ? scaling.path("rope_type").asString()
            : scaling.path("type").asString("default");
    return new Rope(base, share, type, scaling);
  }

  /// @param share of each head's dimensions that turn
  /// @param scaling the parameters of `type`, as they stand in the file
  public record Rope(double theta, double share, String type, JsonNode scaling) {
    /// The same with another share of turning dimensions.
    public Rope withShare(double other) {
      return new Rope(theta, other, type, scaling);
    }

    public double number(String key, double otherwise) {
      return scaling.hasNonNull(key) ? scaling.path(key).asDouble() : otherwise;
    }

    public double[] numbers(String key) {
      List<Double> all = new ArrayList<>();
      scaling.path(key).forEach(each -> all.add(each.asDouble()));
      return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  public TuneException problem(String key, String found, String remedy) {
    return new TuneException(
        ExitCode.BAD_MODEL,
        "can't use this model",
        List.of(new Problem(file + " " + key, found, remedy)));
  }
}
