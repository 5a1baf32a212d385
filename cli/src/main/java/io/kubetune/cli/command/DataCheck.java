package io.kubetune.cli.command;

import io.kubetune.cli.data.check.DataReport;
import io.kubetune.cli.data.check.RowCheck;
import io.kubetune.cli.submit.TrainerProgram;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune data check FILE…`: everything that is wrong with some rows.
@Command(
    name = "check",
    header = "Say everything that is wrong with some rows; 1 where training would refuse them.",
    footer = {
      "  kubectl tune data check rows.jsonl",
      "  kubectl tune data check gsm8k/train.jsonl.gz \\",
      "      --map question=prompt,answer=completion",
      "",
      "  # Exact tokens, of a model",
      "  kubectl tune data check rows.jsonl --model ./model --max-length 1024",
      "",
      "  # A cleaned copy: what is broken, empty or there twice is left out and listed",
      "  kubectl tune data check shards/ --fix ./clean",
    })
final class DataCheck implements Callable<Integer> {
  /// As grep and diff say that they found something; the codes of the table are for commands that
  /// failed.
  private static final int REFUSED = 1;

  @Mixin private DataOptions data;

  @Option(
      names = "--fix",
      paramLabel = "FOLDER",
      description = "new folder for a cleaned copy; the files themselves stay as they are")
  private Path fix;

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      description = "count tokens exactly, with this model's tokenizer and chat template")
  private Path model;

  @Mixin private InspectOptions inspect;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  DataCheck(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = surroundings.terminal();
    List<String> settings = inspect.arguments();
    if (model == null && !settings.isEmpty()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't check the rows",
          settings.getFirst(),
          "says how a model sees rows, and no model is given",
          "add --model FOLDER, or take it out");
    }
    // Without a trainer nothing can be counted exactly: said before a long check, not after.
    Optional<TrainerProgram> trainer =
        model == null
            ? Optional.empty()
            : Optional.of(TrainerProgram.find(surroundings.environment()));
    DataReport report =
        fix == null ? RowCheck.check(data.source()) : RowCheck.fix(data.source(), fix);
    Optional<ObjectNode> counts =
        trainer.isPresent() && !report.refused()
            ? Optional.of(counts(trainer.get(), settings))
            : Optional.empty();
    DataReportText text = new DataReportText(report, counts);
    switch (output.format()) {
      case NAME -> terminal.out().println(report.source());
      case JSON, YAML -> output.print(text.json(), terminal);
      case TABLE, WIDE -> text.print(terminal);
    }
    if (fix != null) {
      terminal.say("Cleaned copy in " + fix + "; what was left out is in removed.jsonl.");
      return ExitCode.OK.code();
    }
    return report.refused() ? REFUSED : ExitCode.OK.code();
  }

  private ObjectNode counts(TrainerProgram trainer, List<String> settings) throws IOException {
    try (TrainerInspect rows = TrainerInspect.of(trainer, data.source(), model, settings)) {
      return rows.counts();
    }
  }
}
