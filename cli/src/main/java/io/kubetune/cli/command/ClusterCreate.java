package io.kubetune.cli.command;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.data.check.ConversationCheck;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.publish.InputPublisher;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.render.Manifest;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.render.Manifests;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Submission;
import io.kubetune.cli.terminal.Failure;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.LineNarrator;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.cli.watch.cluster.LogStart;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// `create` for runtimes in a cluster: inspect, plan, render, publish, submit, watch.
///
/// ```
/// ExitCode code = new ClusterCreate(surroundings, output, registry, flags).run(request, options);
/// ```
record ClusterCreate(
    Surroundings surroundings, OutputOption output, RegistryOption registry, ClusterFlags flags) {

  /// @param waits whether to follow the run to its end
  /// @param saveTo empty: manifests are not kept
  record Options(
      boolean waits, boolean force, Submission.Options submission, Optional<Path> saveTo) {}

  /// What would be made, from the request alone: no cluster is asked.
  ExitCode clientDryRun(TuneRequest request, Options options) {
    Terminal terminal = surroundings.terminal();
    ClusterDryRun rendered = ClusterDryRun.of(foreseen(request), registry.plainHttp());
    rendered.warnings().forEach(warning -> Failure.warn(warning, terminal));
    options.saveTo().ifPresent(folder -> SavedManifests.write(folder, rendered.manifests()));
    terminal.out().print(rendered.text(output.format()));
    return ExitCode.OK;
  }

  /// What the API server says of it: admission, quota and webhooks included.
  ExitCode serverDryRun(TuneRequest request, Options options) {
    try (Cluster cluster = connect(request)) {
      TuneRequest fitted = inspect(cluster, request, options);
      List<Manifest> manifests = manifests(request, foreseen(fitted));
      List<GenericKubernetesResource> stored = submission(cluster, options).dryRun(manifests);
      options.saveTo().ifPresent(folder -> SavedManifests.write(folder, manifests));
      print(StoredManifests.of(stored), " created (server dry run)");
    }
    return ExitCode.OK;
  }

  /// Runs the stages in their order.
  ExitCode run(TuneRequest request, Options options) throws IOException, InterruptedException {
    check(request);
    try (Cluster cluster = connect(request)) {
      TuneRequest fitted = inspect(cluster, request, options);
      TuneRequest packaged = publish(fitted);
      List<Manifest> manifests = manifests(request, packaged);
      options.saveTo().ifPresent(folder -> SavedManifests.write(folder, manifests));
      GenericKubernetesResource owner = submission(cluster, options).submit(manifests);
      return started(cluster, owner, options);
    }
  }

  private Cluster connect(TuneRequest request) {
    return surroundings.cluster(flags.withNamespace(request.namespace()));
  }

  /// Everything that can be known to fail fails here, before anything is sent or made.
  ///
  /// @return the request with what it left to the cluster
  private TuneRequest inspect(Cluster cluster, TuneRequest request, Options options) {
    ClusterPlan planned = ClusterPlan.of(cluster, request, registry.plainHttp());
    Terminal terminal = surroundings.terminal();
    planned.plan().config().warnings().forEach(warning -> Failure.warn(warning, terminal));
    List<Problem> problems = planned.problems();
    if (options.force()) {
      problems.forEach(problem -> Failure.warn(problem, terminal));
    } else if (!problems.isEmpty()) {
      // Where the namespace itself is missing, so is all that was looked for in it.
      cluster.requireNamespace("can't create the run '" + request.name() + "'");
      throw new TuneException(
          planned.isMissingRights() ? ExitCode.CLUSTER : ExitCode.BAD_REQUEST,
          "can't create the run '" + request.name() + "' in this cluster",
          problems);
    }
    return planned.plan().request();
  }

  private List<Manifest> manifests(TuneRequest request, TuneRequest packaged) {
    // The sizes are those of the folder that was packaged.
    TunePlan plan = ClusterDryRun.plan(packaged, ClusterDryRun.model(request));
    return Manifests.of(plan.withPlainHttp(registry.plainHttp()), false);
  }

  /// Rows of this machine are read as `data check` reads them, before anything is sent.
  private void check(TuneRequest request) throws IOException {
    List<String> data = local(request.data());
    List<String> evalData = local(request.evalData());
    if (data.isEmpty() && evalData.isEmpty()) {
      return;
    }
    Path aside = Files.createTempDirectory("kubetune-check");
    try {
      Dataset.normalise(
              NormaliseRequest.of(data.isEmpty() ? evalData : data, aside.resolve("data"))
                  .evaluatedOn(data.isEmpty() ? List.of() : evalData)
                  .as(request.reading()))
          .warnings()
          .forEach(warning -> Failure.warn(warning, surroundings.terminal()));
      Optional<String> template = RunConfig.of(request, Map.of()).chatTemplate();
      if (template.isPresent()) {
        new ConversationCheck(template.get()).check(aside.resolve("data"));
      }
    } finally {
      try (Stream<Path> files = Files.walk(aside)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static List<String> local(List<Location> locations) {
    return locations.stream().filter(Location.Local.class::isInstance).map(Location::text).toList();
  }

  private TuneRequest publish(TuneRequest request) {
    Terminal terminal = surroundings.terminal();
    TuneRequest packaged;
    try (TransferBars bars =
        new TransferBars("nothing runs. The same command sends only what is missing.", terminal)) {
      packaged =
          new InputPublisher(
                  registry.access(surroundings.environment()), surroundings.environment(), bars)
              .publish(request);
    }
    Stream.concat(packaged.data().stream(), packaged.evalData().stream())
        .filter(each -> !request.data().contains(each) && !request.evalData().contains(each))
        .forEach(each -> terminal.say("Rows are in " + each.text()));
    return packaged;
  }

  /// Rows of this machine by the digest that they would be pushed under.
  private TuneRequest foreseen(TuneRequest request) {
    Map<String, String> environment = surroundings.environment();
    return new InputPublisher(registry.access(environment), environment, TransferListener.SILENT)
        .foresee(request);
  }

  private Submission submission(Cluster cluster, Options options) {
    Terminal terminal = surroundings.terminal();
    return new Submission(
        cluster,
        cluster.namespace(),
        options.submission(),
        line -> {
          terminal.say(line);
          terminal.err().flush();
        });
  }

  private ExitCode started(Cluster cluster, GenericKubernetesResource owner, Options options)
      throws InterruptedException {
    Terminal terminal = surroundings.terminal();
    ClusterRuns.Found run = ClusterRuns.Found.of(owner);
    if (!options.waits()) {
      print(StoredManifests.of(List.of(owner)), " created");
      terminal.say(
          "Follow it with:\n  kubectl tune logs -f " + run.name() + " -n " + run.namespace());
      return ExitCode.OK;
    }
    if (!output.format().isForPrograms()) {
      terminal.out().println(run.reference() + " created");
      terminal.out().flush();
    }
    ClusterFollowing following = new ClusterFollowing(cluster, run, terminal);
    RunState end =
        terminal.bars()
            ? following.withBars()
            : following.with(
                new LineNarrator(new Lines(terminal.err(), Lines.ALL, terminal.errColumns())),
                LogStart.ALL);
    if (output.format().isForPrograms()) {
      print(StoredManifests.of(List.of(owner)), "");
    } else if (end.phase().isOver()) {
      Status.print(
          ClusterView.read(cluster, new ClusterRuns(cluster).read(run).orElse(run)), terminal);
    }
    return end.code();
  }

  private void print(List<Manifest> manifests, String done) {
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case YAML -> terminal.out().print(ManifestText.yaml(manifests));
      case JSON -> terminal.out().print(ManifestText.json(manifests));
      case NAME -> terminal.out().print(ManifestText.names(manifests));
      case TABLE, WIDE ->
          terminal.out().print(ManifestText.names(manifests).replace("\n", done + "\n"));
    }
    terminal.out().flush();
  }
}
