package io.kubetune.cli.command;

import io.kubetune.cli.registry.Authorities;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.submit.LocalSubmission;
import io.kubetune.cli.submit.RegistryWay;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunName;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Failure;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.StageBars;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.LineNarrator;
import io.kubetune.cli.watch.RunView;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// `create --runtime local`: prepare, start, follow, show.
///
/// ```
/// ExitCode code = new LocalCreate(surroundings, output, sources, registry).run(request, true);
/// ```
record LocalCreate(
    Surroundings surroundings, OutputOption output, SourceOption sources, RegistryOption registry) {

  private static final long LONGEST_START_SECONDS = 10;

  /// @param waits whether to follow the run to its end
  /// @return the run's own code where it was followed
  ExitCode run(TuneRequest request, boolean waits) throws IOException, InterruptedException {
    Terminal terminal = surroundings.terminal();
    LocalSubmission.Created created = prepare(request);
    created.warnings().forEach(warning -> Failure.warn(warning, terminal));
    RunFolder run = created.run();
    start(run);
    if (!waits) {
      show(run);
      terminal.say("Follow it with:\n  kubectl tune logs -f " + run.name());
      return ExitCode.OK;
    }
    RunState end =
        terminal.bars()
            ? Following.withBars(run, terminal)
            : Following.with(
                new LineNarrator(new Lines(terminal.err(), Lines.ALL, terminal.errColumns())),
                run,
                terminal);
    show(run);
    return end.code();
  }

  /// Ctrl-C while it starts finds it started, and says so.
  private void start(RunFolder run) throws IOException {
    Terminal terminal = surroundings.terminal();
    CountDownLatch started = new CountDownLatch(1);
    Runnable last =
        () -> {
          try {
            if (started.await(LONGEST_START_SECONDS, TimeUnit.SECONDS)) {
              Following.goesOn(run.name().value(), terminal);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    try (OnInterrupt _ = OnInterrupt.does(last)) {
      surroundings.local().start(run);
      started.countDown();
      if (!output.format().isForPrograms()) {
        terminal.out().println("run/" + run.name() + " created");
        terminal.out().flush();
      }
    }
  }

  /// Reads, checks and writes the dataset, which takes a while where it is large.
  private LocalSubmission.Created prepare(TuneRequest request) {
    Terminal terminal = surroundings.terminal();
    // Before a model is downloaded for it.
    surroundings.runs().requireFree(RunName.of(request.name()));
    LocalSubmission submission = submission(request, true);
    if (!terminal.bars()) {
      return submission.create(request);
    }
    try (StageBars bars = new StageBars(terminal)) {
      bars.begin("preparing", StageBars.NO_END, 0, Instant.now());
      LocalSubmission.Created created = submission.create(request);
      bars.done(created.run().record().data().trainRows() + " rows", Instant.now());
      return created;
    }
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

  /// Prints what the trainer would read; nothing is made.
  void dryRun(TuneRequest request) {
    Terminal terminal = surroundings.terminal();
    RunConfig config = submission(request, false).trainingConfig(request);
    config.warnings().forEach(warning -> Failure.warn(warning, terminal));
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
  }

  /// @param withData false: the model alone, which the config is checked against
  private LocalSubmission submission(TuneRequest request, boolean withData) {
    RegistryWay way = registry.way(sources.authorities());
    // A file that is no certificate is said before an hour of training, not after.
    way.ca().ifPresent(place -> new Authorities(place).trusted());
    RegistryAccess access = way.over(RegistryAccess.fromEnvironment(surroundings.environment()));
    return new LocalSubmission(
        surroundings.runs(),
        surroundings.environment(),
        new SourceFiles(sources, access, surroundings).of(request, withData),
        way);
  }
}
