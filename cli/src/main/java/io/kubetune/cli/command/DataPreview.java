package io.kubetune.cli.command;

import io.kubetune.cli.submit.TrainerProgram;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune data preview FILE… --model MODEL`: the exact text that a model would see of a row,
/// with what is learned of it.
@Command(
    name = "preview",
    header = "Show the exact text that the model sees of a row, and what is learned of it.",
    footer = {
      "  kubectl tune data preview rows.jsonl --model ./model",
      "  kubectl tune data preview rows.jsonl --model ./model --row 17 --max-length 512",
    })
final class DataPreview implements Callable<Integer> {
  /// Marks for what is learned, where there are no colours.
  private static final String LEARNED_FROM = "[[";

  private static final String LEARNED_TO = "]]";

  /// Everything that could steer a terminal; line ends and tabs are text.
  private static final Pattern STEERING = Pattern.compile("[\\p{Cntrl}&&[^\\n\\t]]");

  @Mixin private DataOptions data;

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      required = true,
      description = "folder of the model: its tokenizer and chat template are used")
  private Path model;

  @Option(
      names = "--row",
      paramLabel = "N",
      defaultValue = "1",
      description = "which row, from 1 (${DEFAULT-VALUE})")
  private long row;

  @Mixin private InspectOptions inspect;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  DataPreview(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = surroundings.terminal();
    TrainerProgram trainer = TrainerProgram.find(surroundings.environment());
    try (TrainerInspect rows =
        TrainerInspect.of(trainer, data.source(), model, inspect.arguments())) {
      ObjectNode seen = rows.row(row);
      seen.put("place", rows.place(row));
      switch (output.format()) {
        case NAME -> terminal.out().println(rows.place(row));
        case JSON, YAML -> output.print(seen, terminal);
        case TABLE, WIDE -> print(seen, terminal);
      }
    }
    return ExitCode.OK.code();
  }

  private static void print(ObjectNode seen, Terminal terminal) {
    boolean coloured = terminal.colours() && terminal.outIsTerminal();
    terminal.say(
        "%s: %d tokens, %d of them learned (%s)"
            .formatted(
                seen.required("place").stringValue(),
                seen.required("tokens").intValue(),
                seen.required("label_tokens").intValue(),
                coloured
                    ? Colour.GREEN.on(terminal, "in this colour")
                    : "within " + LEARNED_FROM + LEARNED_TO));
    DataReportText.special(seen).ifPresent(terminal::say);
    StringBuilder text = new StringBuilder();
    for (JsonNode segment : seen.required("segments")) {
      String plain = visible(segment.required("text").stringValue());
      text.append(
          !segment.required("learned").booleanValue()
              ? plain
              : coloured ? Colour.GREEN.onOut(terminal, plain) : LEARNED_FROM + plain + LEARNED_TO);
    }
    terminal.out().println(text);
  }

  private static String visible(String text) {
    return STEERING
        .matcher(text)
        .replaceAll(
            each -> Matcher.quoteReplacement("\\u%04x".formatted((int) each.group().charAt(0))));
  }
}
