package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A command line of the trainer, taken apart: a verb, and options with a value each.
///
/// ```
/// Arguments arguments = Arguments.parse("generate", "--model", "DIR", "--prompt", "2+2?");
/// ```
///
/// @param options value by name, `--` included
/// @param rest what follows `inspect`, which reads its options itself, and the folders of `golden`
public record Arguments(Verb verb, Map<String, String> options, List<String> rest, boolean debug) {

  /// Takes no value.
  static final String PROFILE = "--profile";

  /// What the trainer can be asked to do, and the options of each.
  public enum Verb {
    TRAIN("--config", PROFILE),
    INSPECT(),
    GOLDEN(),
    GENERATE("--model", "--adapter", "--prompt", "--max-new-tokens"),
    BENCH_GEMM(
        "--model", "--tokens", "--document-tokens", "--label-share", "--rank", "--compute-type"),
    VERSION(),
    HELP();

    private final List<String> options;

    Verb(String... options) {
      this.options = List.of(options);
    }

    private String spelling() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public static final String USAGE =
      """
      usage: kubetune-trainer VERB [OPTION VALUE]…

        train     [--config FILE] [--profile]
                                          trains as training_config.yaml says; FILE is $YAML_FILE_PATH
                                          where none is given, else /mnt/config/training_config.yaml;
                                          --profile tells at the end what a step's time went into
        inspect   --model DIR --data DIR [--row N]
                                          counts tokens exactly, or shows a row as the model sees it
        generate  --model DIR --prompt TEXT [--adapter DIR] [--max-new-tokens N]
                                          answers with the likeliest token each time; with an adapter
                                          also without it; plain text at a terminal, else JSON
        golden    FOLDER…                 holds this trainer against reference values, folder by folder;
                                          ends with 1 where one deviates too far
        bench-gemm  --model DIR [--tokens N] [--document-tokens X] [--label-share X] [--rank N]
                  [--compute-type fp32|bf16|auto]
                                          tokens a second that this machine's products of the model's
                                          shapes allow: the floor that training is measured against
        version                           which version this is

        --debug   prints a stack trace where something fails
      """;

  /// @throws TuneException USAGE
  public static Arguments parse(String... given) {
    List<String> words = new ArrayList<>(List.of(given));
    boolean debug = words.remove("--debug");
    if (words.isEmpty()) {
      throw usage("no verb", "");
    }
    Verb verb = verb(words.removeFirst());
    if (verb == Verb.INSPECT || verb == Verb.GOLDEN) {
      return new Arguments(verb, Map.of(), List.copyOf(words), debug);
    }
    Map<String, String> options = new LinkedHashMap<>();
    while (!words.isEmpty()) {
      String word = words.removeFirst();
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (!verb.options.contains(name)) {
        throw usage(
            verb.spelling() + " has no option " + name,
            "it has " + String.join(", ", verb.options));
      }
      if (word.equals(PROFILE)) {
        options.put(name, "true");
        continue;
      }
      if (equals < 0 && words.isEmpty()) {
        throw usage(name + " needs a value", "");
      }
      options.put(name, equals < 0 ? words.removeFirst() : word.substring(equals + 1));
    }
    return new Arguments(verb, options, List.of(), debug);
  }

  private static Verb verb(String word) {
    if (word.equals("-h") || word.equals("--help")) {
      return Verb.HELP;
    }
    for (Verb each : Verb.values()) {
      if (each.spelling().equals(word)) {
        return each;
      }
    }
    throw usage(
        "no verb " + word, "verbs are train, inspect, generate, golden, bench-gemm, version");
  }

  /// Whether `train` is to tell what its time went into.
  public boolean profile() {
    return options.containsKey(PROFILE);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(options.get(name));
  }

  String required(String name) {
    return text(name)
        .orElseThrow(() -> usage(verb.spelling() + " needs " + name, "see kubetune-trainer help"));
  }

  Optional<Path> path(String name) {
    return text(name).map(Path::of);
  }

  /// @throws TuneException USAGE where the value is no number of at least `least`
  int number(String name, int otherwise, int least) {
    String text = options.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told of below, with the numbers that are too small
    }
    throw usage(name + " is '" + text + "'", "give a whole number of at least " + least);
  }

  /// @throws TuneException USAGE where the value is no number from `least` to `most`
  double decimal(String name, double otherwise, double least, double most) {
    String text = options.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told of below, with the numbers that are out of range
    }
    String range = most == Double.MAX_VALUE ? "up" : "to " + most;
    throw usage(name + " is '" + text + "'", "give a number from " + least + " " + range);
  }

  static TuneException usage(String found, String remedy) {
    return new TuneException(
        ExitCode.USAGE, "can't understand the command line", "kubetune-trainer", found, remedy);
  }
}
