package io.kubetune.cli.command;

import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune init`: writes a commented `tune.yaml` to start from.
@Command(
    name = "init",
    header = "Ask for model, data and place, and write a commented tune.yaml.",
    footer = {
      "  kubectl tune init",
      "  kubectl tune init - | less",
      "  kubectl tune init --map question=prompt,answer=completion --format csv"
    })
final class Init implements Callable<Integer> {
  private static final String TEMPLATE = "/templates/tune.yaml";

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      defaultValue = "tune.yaml",
      description = "a new file (default: ${DEFAULT-VALUE}); - is standard output")
  private String file;

  @Option(names = "--example", description = "ask nothing: write the example as it is")
  private boolean asExample;

  @Mixin private ReadingOptions reading;

  @Option(
      names = "--chat-template",
      paramLabel = "TEXT|FILE",
      description = "in place of the model's own")
  private String chatTemplate;

  private final Surroundings surroundings;

  Init(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = surroundings.terminal();
    Map<String, String> lines = reading.lines();
    if (chatTemplate != null) {
      InspectOptions.text(chatTemplate);
      lines.put("chatTemplate", ReadingOptions.quoted(chatTemplate));
    }
    String text;
    try (InputStream in = Init.class.getResourceAsStream(TEMPLATE)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (terminal.inIsTerminal() && terminal.errIsTerminal() && !asExample) {
      requireFree();
      try (OnInterrupt _ = OnInterrupt.says("Stopped: nothing was written.", terminal)) {
        text = new InitQuestions(terminal).ask(likely()).fill(text);
      }
    }
    for (Map.Entry<String, String> each : lines.entrySet()) {
      text = said(text, each.getKey(), each.getValue());
    }
    if (file.equals("-")) {
      terminal.out().print(text);
      return ExitCode.OK.code();
    }
    try {
      Files.writeString(Path.of(file), text, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new TuneException(
          ExitCode.ALREADY_EXISTS,
          "can't write the example",
          file,
          "there is such a file",
          "name another one, or print it:\n  kubectl tune init -",
          e);
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't write the example",
          file,
          Storage.reason(e),
          "name a file in a folder that you may write to",
          e);
    }
    terminal.out().println(file + " written");
    terminal.say("Edit it, then:\n  kubectl tune create -f " + file);
    return ExitCode.OK.code();
  }

  /// The example with a line that was an idea made one that counts; its remark stays.
  private static String said(String text, String key, String value) {
    return Pattern.compile("(?m)^  # (" + key + "): (\\{[^}]*}|\\S+)")
        .matcher(text)
        .replaceFirst("  $1: " + Matcher.quoteReplacement(value));
  }

  /// Before anything is asked.
  private void requireFree() {
    if (!file.equals("-") && Files.exists(Path.of(file))) {
      throw new TuneException(
          ExitCode.ALREADY_EXISTS,
          "can't write the example",
          file,
          "there is such a file",
          "name another one, or print it:\n  kubectl tune init -");
    }
  }

  /// In the cluster, where there is one; else here.
  private InitQuestions.Answers likely() {
    Map<String, String> mine = UserConfig.of(surroundings.environment()).values();
    LiveNames live = LiveNames.forCommand(surroundings, ClusterFlags.NONE);
    String runtime = live.serverVersion().isPresent() ? "job" : "local";
    return new InitQuestions.Answers(
        "bot",
        "smollm2-135m-instruct",
        "./rows.jsonl",
        mine.getOrDefault("runtime", runtime),
        Optional.ofNullable(mine.get("registry")),
        "16");
  }
}
