package io.kubetune.cli.inspect;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// The highest token id of a `tokenizer.json`, which the model's embedding must have a row for.
///
/// The file is read as a stream: it has up to 20 MB.
///
/// ```
/// TokenizerVocabulary.check(folder.resolve("tokenizer.json"), dimensions, problems);
/// ```
final class TokenizerVocabulary {

  private TokenizerVocabulary() {}

  static void check(Path file, ModelDimensions model, List<Problem> problems) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), file)) {
      long highest = highestId(json);
      if (highest >= model.vocabulary()) {
        problems.add(
            new Problem(
                file.toString(),
                "token id " + highest + " exceeds the embedding's " + model.vocabulary() + " rows",
                "take tokenizer and weights from the same model"));
      }
    } catch (JacksonException e) {
      problems.add(
          new Problem(file + ":" + e.getLocation().getLineNr(), "no JSON", "download it again"));
    }
  }

  /// Ids are the values of `model.vocab` (or the places in it, where it is a list) and each `id` of
  /// `added_tokens`.
  private static long highestId(JsonParser json) {
    long highest = -1;
    json.nextToken();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String section = json.currentName();
      JsonToken start = json.nextToken();
      if (section.equals("added_tokens") && start == JsonToken.START_ARRAY) {
        highest = Math.max(highest, highestAdded(json));
      } else if (section.equals("model") && start == JsonToken.START_OBJECT) {
        highest = Math.max(highest, highestOfModel(json));
      } else {
        json.skipChildren();
      }
    }
    return highest;
  }

  private static long highestAdded(JsonParser json) {
    long highest = -1;
    while (json.nextToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean id = json.currentName().equals("id");
        if (json.nextToken() == JsonToken.VALUE_NUMBER_INT && id) {
          highest = Math.max(highest, json.getLongValue());
        } else {
          json.skipChildren();
        }
      }
    }
    return highest;
  }

  private static long highestOfModel(JsonParser json) {
    long highest = -1;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean vocabulary = json.currentName().equals("vocab");
      JsonToken start = json.nextToken();
      if (vocabulary && start == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
          if (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            highest = Math.max(highest, json.getLongValue());
          }
        }
      } else if (vocabulary && start == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          json.skipChildren();
          highest++;
        }
      } else {
        json.skipChildren();
      }
    }
    return highest;
  }
}
