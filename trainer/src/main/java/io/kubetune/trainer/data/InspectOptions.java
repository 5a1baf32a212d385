package io.kubetune.trainer.data;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LongDocument;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The options of `trainer inspect`, with the defaults of `training_config.yaml`.
///
/// ```
/// inspect --model DIR --data DIR --max-length 2048 --row 3
/// ```
///
/// @param file [DataManifest#TRAIN] or [DataManifest#EVAL]
/// @param row to show, from 1; empty: counts of all rows
record InspectOptions(
    Path model,
    Path data,
    String file,
    Optional<String> chatTemplate,
    boolean sanitize,
    int maxLengthTokens,
    LossOn lossOn,
    LongDocument onLongDocument,
    OptionalInt row) {
  static final String USAGE =
      """
      inspect --model DIR --data DIR [--file train.jsonl|eval.jsonl] [--row N]
              [--max-length TOKENS] [--loss-on answer|assistant|completion|all]
              [--on-long-document truncate|split|refuse] [--chat-template TEXT|FILE]
              [--sanitize true|false]\
      """;
  // TrainingArguments.max_length in templates/contract/training-config-keys.yaml.
  private static final int DEFAULT_MAX_LENGTH_TOKENS = 1024;
  private static final List<String> KNOWN =
      List.of(
          "--model",
          "--data",
          "--file",
          "--row",
          "--max-length",
          "--loss-on",
          "--on-long-document",
          "--chat-template",
          "--sanitize");

  /// @throws TuneException USAGE with every problem
  static InspectOptions parse(List<String> arguments) {
    return new Parsing(arguments).options();
  }

  private static final class Parsing {
    private final Map<String, String> given = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    private Parsing(List<String> arguments) {
      for (int i = 0; i < arguments.size(); i += 2) {
        String name = arguments.get(i);
        if (!KNOWN.contains(name)) {
          problems.add(new Problem(name, "no such option", "options are " + KNOWN));
        } else if (i + 1 == arguments.size()) {
          problems.add(new Problem(name, "no value", ""));
        } else if (given.put(name, arguments.get(i + 1)) != null) {
          problems.add(new Problem(name, "given twice", ""));
        }
      }
    }

    private InspectOptions options() {
      String file = given.getOrDefault("--file", DataManifest.TRAIN);
      if (!file.equals(DataManifest.TRAIN) && !file.equals(DataManifest.EVAL)) {
        wrong("--file", file, DataManifest.TRAIN + " or " + DataManifest.EVAL);
      }
      Path model = folder("--model");
      Path data = folder("--data");
      int maxLength = number("--max-length", 2).orElse(DEFAULT_MAX_LENGTH_TOKENS);
      LossOn lossOn = choice("--loss-on", LossOn.ANSWER, LossOn.values());
      LongDocument onLong =
          choice("--on-long-document", LongDocument.TRUNCATE, LongDocument.values());
      OptionalInt row = number("--row", 1);
      String sanitize = given.getOrDefault("--sanitize", "false");
      if (!sanitize.equals("true") && !sanitize.equals("false")) {
        wrong("--sanitize", sanitize, "true or false");
      }
      if (!problems.isEmpty()) {
        throw new TuneException(ExitCode.USAGE, "can't inspect; usage: " + USAGE, problems);
      }
      Optional<String> template = Optional.ofNullable(given.get("--chat-template"));
      return new InspectOptions(
          model, data, file, template, sanitize.equals("true"), maxLength, lossOn, onLong, row);
    }

    private Path folder(String name) {
      if (!given.containsKey(name)) {
        problems.add(new Problem(name, "not given", "name a folder"));
      }
      return Path.of(given.getOrDefault(name, ""));
    }

    private OptionalInt number(String name, int least) {
      if (!given.containsKey(name)) {
        return OptionalInt.empty();
      }
      try {
        int number = Integer.parseInt(given.get(name));
        if (number >= least) {
          return OptionalInt.of(number);
        }
      } catch (NumberFormatException e) {
        // Said below, as for a number that is too small.
      }
      wrong(name, given.get(name), "a whole number, at least " + least);
      return OptionalInt.empty();
    }

    private <E extends Enum<E>> E choice(String name, E otherwise, E[] choices) {
      String text = given.getOrDefault(name, spelling(otherwise));
      for (E each : choices) {
        if (spelling(each).equals(text)) {
          return each;
        }
      }
      wrong(name, text, "one of " + Arrays.stream(choices).map(Parsing::spelling).toList());
      return otherwise;
    }

    private static String spelling(Enum<?> choice) {
      return choice.name().toLowerCase(Locale.ROOT);
    }

    private void wrong(String name, String value, String expected) {
      problems.add(new Problem(name, "is '" + value + "'", "expected " + expected));
    }
  }
}
