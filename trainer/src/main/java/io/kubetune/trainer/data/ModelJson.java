package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a model's small JSON files say of its tokens: tokenizer_config.json,
/// special_tokens_map.json, generation_config.json, config.json. Each may be missing.
///
/// ```
/// Map<String, String> tokens = files.specialTokens();   // bos_token, eos_token, pad_token, …
/// ```
final class ModelJson {
  private final Path folder;
  private final JsonNode tokenizerConfig;

  ModelJson(Path folder) {
    this.folder = folder;
    tokenizerConfig = read(folder.resolve("tokenizer_config.json"));
  }

  /// The file, or a missing node where there is none.
  private static JsonNode read(Path file) {
    if (!Files.exists(file)) {
      return JsonMapper.shared().missingNode();
    }
    try {
      return JsonMapper.shared().readTree(file);
    } catch (JacksonException e) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't read the model's tokenizer",
          file.toString(),
          "not JSON: " + e.getOriginalMessage(),
          "fetch the model again",
          e);
    }
  }

  JsonNode tokenizerConfig() {
    return tokenizerConfig;
  }

  /// `bos_token`, `eos_token` and every other named token that is set, by name: the variables that
  /// transformers hands to a chat template.
  Map<String, String> specialTokens() {
    Map<String, String> tokens = new LinkedHashMap<>();
    collect(read(folder.resolve("special_tokens_map.json")), tokens);
    collect(tokenizerConfig, tokens);
    return tokens;
  }

  private static void collect(JsonNode file, Map<String, String> tokens) {
    file.forEachEntry((name, value) -> {
      JsonNode text = value.isObject() ? value.path("content") : value;
      if (name.endsWith("_token") && text.isString()) {
        tokens.put(name, text.stringValue());
      }
    });
  }

  /// `eos_token_id` of generation_config.json and config.json: one id or several.
  Set<Integer> endOfSequenceIds() {
    Set<Integer> ids = new TreeSet<>();
    for (String name : new String[] {"generation_config.json", "config.json"}) {
      JsonNode given = read(folder.resolve(name)).path("eos_token_id");
      if (given.isInt()) {
        ids.add(given.intValue());
      }
      if (given.isArray()) {
        given.forEach(each -> ids.add(each.asInt()));
      }
    }
    return ids;
  }

  /// Rows of the embedding by config.json, where there is one: `vocab_size`, in a model of text and
  /// images under `text_config`.
  Optional<Integer> vocabularySize() {
    JsonNode config = read(folder.resolve("config.json"));
    JsonNode own = config.path("vocab_size");
    JsonNode size = own.isInt() ? own : config.path("text_config").path("vocab_size");
    return size.isInt() ? Optional.of(size.intValue()) : Optional.empty();
  }

  /// The id that config.json calls the end of a sequence.
  Optional<Integer> configEndOfSequence() {
    JsonNode given = read(folder.resolve("config.json")).path("eos_token_id");
    JsonNode first = given.isArray() ? given.path(0) : given;
    return first.isInt() ? Optional.of(first.intValue()) : Optional.empty();
  }
}
