package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventNarrator;
import io.kubetune.cli.watch.Follow;
import io.kubetune.cli.watch.LineNarrator;
import io.kubetune.cli.watch.LogNarrator;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune logs NAME`: what a run did so far, and with `-f` what it does until it is over.
@Command(
    name = "logs",
    header = "Show what a run did, and follow it.",
    footer = {
      "  kubectl tune logs first",
      "  kubectl tune logs -f first",
      "  kubectl tune logs -f first -o json | jq .loss",
      "  kubectl tune logs first --raw --tail 20",
    })
final class Logs implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Option(
      names = {"-f", "--follow"},
      description = "go on until the run is over, and end with its exit code")
  private boolean follow;

  @Option(names = "--raw", description = "what the trainer wrote, as it is")
  private boolean raw;

  @Option(
      names = "--tail",
      paramLabel = "LINES",
      description = "of what was written so far, the last lines only")
  private int tail = Lines.ALL;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  Logs(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Terminal terminal = surroundings.terminal();
    RunFolder run = surroundings.run(name);
    if (tail < Lines.ALL) {
      throw new TuneException(
          ExitCode.USAGE, "can't show the logs", "--tail", tail + " lines", "0 or more");
    }
    boolean bars =
        follow
            && !raw
            && tail == Lines.ALL
            && output.format() == Output.TABLE
            && terminal.errIsTerminal()
            && terminal.outIsTerminal();
    if (bars) {
      return Following.withBars(run, terminal).code().code();
    }
    Narrator narrator = narrator(new Lines(terminal.out(), tail));
    if (!follow) {
      new Follow(run).once(narrator);
      return ExitCode.OK.code();
    }
    return Following.with(narrator, run, terminal).code().code();
  }

  private Narrator narrator(Lines lines) {
    if (raw) {
      return new LogNarrator(lines);
    }
    return switch (output.format()) {
      case JSON -> new EventNarrator(lines);
      case TABLE, WIDE -> new LineNarrator(lines);
      case NAME, YAML ->
          throw new TuneException(
              ExitCode.USAGE,
              "can't show the logs",
              "-o " + output.format(),
              "logs have no such form",
              "-o json for the events, or --raw");
    };
  }
}
