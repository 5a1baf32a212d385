package io.kubetune.cli.command;

import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.submit.LocalSubmission;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.StageBars;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.LineNarrator;
import io.kubetune.cli.watch.RunView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kubectl tune create NAME`: checks the request, starts the run, and at a terminal follows it.
@Command(
    name = "create",
    header = "Start a fine-tuning run.",
    description = {
      "",
      "At a terminal it follows the run and ends with the run's exit code; Ctrl-C stops the"
          + " following, never the run."
    },
    footer = {
      "  # On this machine, from a folder with a model and a file with rows",
      "  kubectl tune create first --runtime local --model ./model --data rows.jsonl",
      "",
      "  # In the background, with a higher rank and 60 steps",
      "  kubectl tune create second --runtime local --model ./model --data rows.jsonl \\",
      "      --rank 16 --max-steps 60 --detach",
      "",
      "  # From a file; flags win over it",
      "  kubectl tune create -f tune.yaml --name third",
      "",
      "  # The manifests for a cluster",
      "  kubectl tune create -f tune.yaml --runtime job --dry-run=client -o yaml",
    })
final class Create implements Callable<Integer> {
  /// The values of `--dry-run`, kubectl's own words.
  enum DryRun {
    NONE,
    CLIENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "name of the run, as --name")
  private String name;

  @Option(
      names = "--wait",
      negatable = true,
      fallbackValue = "true",
      description = "follow the run until it is over; the default at a terminal")
  private Boolean wait;

  @Option(
      names = {"-d", "--detach"},
      description = "come back when the run has started")
  private boolean detach;

  @Option(
      names = "--dry-run",
      paramLabel = "none|client",
      arity = "0..1",
      fallbackValue = "client",
      description = "client: print what would be submitted, and submit nothing")
  private DryRun dryRun = DryRun.NONE;

  @Mixin private SourceOption sources;

  @Mixin private OutputOption output;

  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  private Create(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The command with all options of a request.
  static CommandLine commandLine(Surroundings surroundings) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new Create(surroundings));
    RequestOptions.addTo(spec);
    return new CommandLine(spec);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    TuneRequest request = RequestReader.here(surroundings.terminal().in()).read(flags());
    return switch (request.runtime()) {
      case LOCAL -> local(request);
      case JOB, KAITO -> cluster(request);
    };
  }

  private Flags flags() {
    Map<Field, List<String>> typed = RequestOptions.typed(spec);
    if (name != null) {
      List<String> names = new ArrayList<>(typed.getOrDefault(Field.NAME, List.of()));
      names.add(name);
      typed.put(Field.NAME, names);
    }
    return Flags.of(typed);
  }

  private int local(TuneRequest request) throws IOException, InterruptedException {
    Terminal terminal = surroundings.terminal();
    boolean dry = dryRun == DryRun.CLIENT;
    LocalSubmission submission =
        new LocalSubmission(
            surroundings.runs(),
            surroundings.environment(),
            new SourceFiles(sources, surroundings).of(request, !dry));
    if (dry) {
      return localDryRun(submission.trainingConfig(request), request);
    }
    boolean waits = waits(terminal);
    LocalSubmission.Created created = prepare(submission, request);
    created.warnings().forEach(warning -> warn(warning.toString(), terminal));
    RunFolder run = created.run();
    surroundings.local().start(run);
    if (!output.format().isForPrograms()) {
      terminal.out().println("run/" + run.name() + " created");
      terminal.out().flush();
    }
    if (!waits) {
      show(run);
      terminal.err().println("Follow it with: kubectl tune logs -f " + run.name());
      return ExitCode.OK.code();
    }
    RunState end =
        terminal.errIsTerminal()
            ? Following.withBars(run, terminal)
            : Following.with(new LineNarrator(new Lines(terminal.err(), Lines.ALL)), run, terminal);
    show(run);
    return end.code().code();
  }

  /// Reads, checks and writes the dataset, which takes a while where it is large.
  private LocalSubmission.Created prepare(LocalSubmission submission, TuneRequest request) {
    Terminal terminal = surroundings.terminal();
    if (!terminal.errIsTerminal()) {
      return submission.create(request);
    }
    try (StageBars bars = new StageBars(terminal)) {
      bars.begin("preparing", StageBars.NO_END, 0, Instant.now());
      LocalSubmission.Created created = submission.create(request);
      bars.done(created.run().record().data().trainRows() + " rows", Instant.now());
      return created;
    }
  }

  /// What the trainer would read, and nothing made.
  private int localDryRun(RunConfig config, TuneRequest request) {
    Terminal terminal = surroundings.terminal();
    config.warnings().forEach(warning -> warn(warning.toString(), terminal));
    switch (output.format()) {
      case NAME -> terminal.out().println("run/" + request.name());
      case TABLE, WIDE ->
          terminal.out().println("run/" + request.name() + " created (client dry run)");
      case YAML -> terminal.out().print(config.text());
      case JSON -> {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(config.text());
        terminal.out().println(ManifestText.node(tree).toPrettyString());
      }
    }
    return ExitCode.OK.code();
  }

  private static void warn(String warning, Terminal terminal) {
    terminal.err().println(Colour.YELLOW.on(terminal, "warning: ") + warning);
  }

  private boolean waits(Terminal terminal) {
    if (detach && Boolean.TRUE.equals(wait)) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't create a run",
          "--detach",
          "given with --wait",
          "give one of them");
    }
    return !detach && (wait == null ? terminal.outIsTerminal() : wait);
  }

  private void show(RunFolder run) {
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> terminal.out().println("run/" + run.name());
      case JSON, YAML -> output.print(RunView.of(run).toJson(), terminal);
      case TABLE, WIDE -> {
        if (RunState.of(run).phase().isOver()) {
          Status.print(RunView.of(run), terminal);
        }
      }
    }
  }

  private int cluster(TuneRequest request) {
    if (dryRun == DryRun.CLIENT) {
      Terminal terminal = surroundings.terminal();
      ClusterDryRun rendered = ClusterDryRun.of(request);
      rendered.warnings().forEach(warning -> warn(warning.toString(), terminal));
      terminal.out().print(rendered.text(output.format()));
      return ExitCode.OK.code();
    }
    throw new TuneException(
        ExitCode.NOT_SUPPORTED,
        "can't submit the run '" + request.name() + "'",
        "--runtime " + request.runtime().text(),
        "this version does not submit to clusters",
        "give --runtime local, or --dry-run=client -o yaml for the manifests");
  }
}
