package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventNarrator;
import io.kubetune.cli.watch.Follow;
import io.kubetune.cli.watch.LineNarrator;
import io.kubetune.cli.watch.LogNarrator;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.PodLineNarrator;
import io.kubetune.cli.watch.cluster.LogStart;
import io.kubetune.cli.watch.cluster.PastLogs;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "  kubectl tune logs -f job/first -n ml --all-pods --since 5m",
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

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      description = "leave out what is older: 30s, 5m, 2h (runs in a cluster)")
  private String since;

  @Option(names = "--timestamps", description = "a time before each line (runs in a cluster)")
  private boolean timestamps;

  @Option(
      names = {"-p", "--previous"},
      description = "what pods wrote that were replaced since (runs in a cluster)")
  private boolean previous;

  @Option(
      names = "--all-pods",
      description = "every line of every container of every pod (runs in a cluster)")
  private boolean allPods;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Logs(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (tail < Lines.ALL) {
      throw new TuneException(
          ExitCode.USAGE, "can't show the logs", "--tail", tail + " lines", "0 or more");
    }
    if (follow && previous) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't follow the logs",
          "--previous",
          "what was written before does not go on",
          "one of --follow and --previous");
    }
    try (NamedRun run = where.find(name, surroundings)) {
      return switch (run) {
        case NamedRun.Here(RunFolder folder) -> here(folder);
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> there(cluster, found);
      };
    }
  }

  private int here(RunFolder run) throws IOException, InterruptedException {
    refuseWhatPodsHave();
    Terminal terminal = surroundings.terminal();
    if (showsBars()) {
      return Following.withBars(run, terminal).code().code();
    }
    Lines lines = new Lines(terminal.out(), tail, terminal.outColumns());
    Narrator narrator = narrator(lines, new LogNarrator(lines));
    if (!follow) {
      new Follow(run).once(narrator);
      return ExitCode.OK.code();
    }
    return Following.with(narrator, run, terminal).code().code();
  }

  private void refuseWhatPodsHave() {
    List<Problem> problems = new ArrayList<>();
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--since", since != null);
    given.put("--timestamps", timestamps);
    given.put("--previous", previous);
    given.put("--all-pods", allPods);
    given.forEach((option, isGiven) -> {
      if (isGiven) {
        problems.add(new Problem(option, "a run of this machine has no pods", "take it out"));
      }
    });
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.USAGE, "can't show the logs", problems);
    }
  }

  private int there(Cluster cluster, ClusterRuns.Found found) throws InterruptedException {
    Terminal terminal = surroundings.terminal();
    ClusterFollowing following = new ClusterFollowing(cluster, found, terminal);
    boolean asWritten = raw || timestamps || allPods;
    if (showsBars() && !asWritten && since == null) {
      return following.withBars().code().code();
    }
    // The API server cuts each container's log; what is told of it is then told whole.
    LogStart from =
        new LogStart(
            Optional.ofNullable(since)
                .map(text -> Instant.now().minus(TypedDuration.parse("--since", text))),
            tail == Lines.ALL ? Optional.empty() : Optional.of(tail));
    Lines lines = new Lines(terminal.out(), Lines.ALL, terminal.outColumns());
    String trainer = found.isJob() ? "trainer" : found.name();
    Narrator pods = new PodLineNarrator(lines, trainer, allPods, timestamps, terminal::say);
    Narrator narrator = asWritten ? pods : narrator(lines, pods);
    if (follow) {
      return following.with(narrator, from).code().code();
    }
    PastLogs past = new PastLogs(cluster, found, from);
    if (previous) {
      past.tellPrevious(narrator);
    } else {
      past.tell(narrator);
    }
    return ExitCode.OK.code();
  }

  private boolean showsBars() {
    Terminal terminal = surroundings.terminal();
    return follow
        && !raw
        && tail == Lines.ALL
        && output.format() == Output.TABLE
        && terminal.bars()
        && terminal.outIsTerminal();
  }

  /// @param asWritten what `--raw` asks for
  private Narrator narrator(Lines lines, Narrator asWritten) {
    if (raw) {
      return asWritten;
    }
    return switch (output.format()) {
      case JSON -> new EventNarrator(lines, surroundings.terminal()::say);
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
