package io.kubetune.cli.command;

import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `init` asks at a terminal: the five things that no default can know, each with one that is
/// likely. An empty line takes it.
///
/// ```
/// Answers answers = new InitQuestions(terminal).ask(likely);
/// String text = answers.fill(template);
/// ```
record InitQuestions(Terminal terminal) {

  /// @param registry empty where the runtime is local
  record Answers(
      String name,
      String model,
      String data,
      String runtime,
      Optional<String> registry,
      String rank) {

    /// The example with these values in their lines, and everything else as it is.
    String fill(String template) {
      String text = line(template, "name", name);
      text = line(text, "runtime", runtime);
      text = line(text, "model", plain(model));
      text = line(text, "r", rank);
      text =
          text.replaceFirst(
              "(?m)^    - \\./rows\\.jsonl", "    - " + Matcher.quoteReplacement(plain(data)));
      String registryLine = registry.map(each -> "  registry: " + each + "\n").orElse("");
      return text.replaceFirst("(?m)^(  data:)", Matcher.quoteReplacement(registryLine) + "$1");
    }

    /// In quotes where YAML would read something else.
    private static String plain(String text) {
      return text.matches("[\\w./~](?:(?!: | #)[^\\n\"'])*") && !text.endsWith(":")
          ? text
          : ReadingOptions.quoted(text);
    }

    /// The first line with this key: its value, and the comment behind it.
    private static String line(String text, String key, String value) {
      return Pattern.compile("(?m)^(\\s*" + key + ":) \\S+")
          .matcher(text)
          .replaceFirst("$1 " + Matcher.quoteReplacement(value));
    }
  }

  Answers ask(Answers likely) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
    terminal.err().println("An empty line takes what stands in brackets.");
    String name =
        answer(
            in,
            "Name of the run",
            likely.name(),
            text -> text.matches("[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?"),
            "small letters, digits and -");
    String model =
        answer(
            in,
            "Model (a preset, the hub's org/name, or a folder)",
            likely.model(),
            text -> true,
            "");
    String data = answer(in, "Rows (file, folder or address)", likely.data(), text -> true, "");
    String runtime =
        answer(
            in,
            "Where (local, job: in the cluster, kaito: by KAITO there)",
            likely.runtime(),
            InitQuestions::isRuntime,
            "local, job or kaito");
    Optional<String> registry =
        runtime.equals(RuntimeKind.LOCAL.text())
            ? Optional.empty()
            : Optional.of(
                answer(
                    in,
                    "Registry that you may push to (HOST/PATH)",
                    likely.registry().orElse("registry.example.com/ml"),
                    text -> text.matches("[^\\s/]+(?<!:)(/[^\\s/]+)*"),
                    "HOST/PATH, without https://"));
    String rank =
        answer(
            in,
            "Rank of the adapter (8 is small, 64 is much)",
            likely.rank(),
            text -> text.matches("[1-9][0-9]{0,3}"),
            "a whole number from 1");
    return new Answers(name, model, data, runtime, registry, rank);
  }

  private static boolean isRuntime(String text) {
    return Arrays.stream(RuntimeKind.values()).anyMatch(each -> each.text().equals(text));
  }

  private String answer(
      BufferedReader in, String question, String likely, Predicate<String> valid, String remedy)
      throws IOException {
    while (true) {
      terminal.err().print(question + " [" + likely + "]: ");
      terminal.err().flush();
      String line = in.readLine();
      if (line == null) {
        terminal.err().println();
        throw new TuneException(
            ExitCode.USAGE,
            "can't write the request",
            question,
            "the input ended before an answer; nothing was written",
            "answer again, or write the example as it is:\n  kubectl tune init --example");
      }
      if (line.isBlank()) {
        return likely;
      }
      if (valid.test(line.strip())) {
        return line.strip();
      }
      terminal.err().println("  '" + line.strip() + "' is not possible: " + remedy);
    }
  }
}
