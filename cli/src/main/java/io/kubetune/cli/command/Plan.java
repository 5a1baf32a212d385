package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.data.check.ConversationCheck;
import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.plan.Workload;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `kubectl tune plan`: what `create` would do with the same options, and what it would need;
/// nothing is started or kept.
@Command(
    name = "plan",
    header = "Show what a run would need, and start nothing.",
    footer = {
      "  kubectl tune plan --runtime local --model ./model --data rows.jsonl",
      "  kubectl tune plan -f tune.yaml --method qlora -o json"
    })
final class Plan implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", arity = "0..1", description = "name of the run, as --name")
  private String name;

  @Mixin private OutputOption output;

  @Mixin private ClusterOptions connection;

  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  private Plan(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The command with all options of a request.
  static CommandLine commandLine(Surroundings surroundings) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new Plan(surroundings));
    RequestOptions.addTo(spec);
    return new CommandLine(spec);
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = surroundings.terminal();
    Map<Field, List<String>> typed = RequestOptions.typed(spec);
    if (name != null || Stream.of(Field.NAME, Field.FILE).noneMatch(typed::containsKey)) {
      typed.put(Field.NAME, List.of(name == null ? "plan" : name));
    }
    UserConfig mine = UserConfig.of(surroundings.environment());
    TuneRequest request =
        RequestReader.here(terminal.in())
            .choosing(this::kaitoIsServed)
            .withDefaults(mine.defaults())
            .read(Flags.of(typed));
    Optional<ClusterPlan> seen =
        request.runtime() == RuntimeKind.LOCAL ? Optional.empty() : inCluster(request);
    boolean job = request.runtime() == RuntimeKind.JOB;
    RunConfig config = RunConfig.of(request, job ? PodPaths.PLACED : Map.of());
    TunePlan plan =
        seen.map(ClusterPlan::plan)
            .orElseGet(() -> ClusterDryRun.plan(request, ClusterDryRun.model(request)));
    PlanView view =
        new PlanView(plan, workload(request, config), MachineFacts.here(), seen, mine.prices());
    switch (output.format()) {
      case JSON, YAML -> output.print(view.toJson(), terminal);
      case NAME -> terminal.out().println("run/" + request.name());
      case TABLE, WIDE -> view.print(terminal);
    }
    return ExitCode.OK.code();
  }

  /// A plan needs no cluster, and says more where one can be seen.
  private Optional<ClusterPlan> inCluster(TuneRequest request) {
    ClusterFlags flags = connection.flags(request.namespace());
    try (Cluster cluster = surroundings.cluster(flags)) {
      return Optional.of(ClusterPlan.of(cluster, request, false));
    } catch (TuneException e) {
      if (flags.withNamespace(Optional.empty()).areTyped() || e.exitCode() != ExitCode.CLUSTER) {
        throw e;
      }
      surroundings.terminal().say("Planned without a cluster: " + e.problems().getFirst().found());
      return Optional.empty();
    }
  }

  private boolean kaitoIsServed() {
    try (Cluster cluster = surroundings.cluster(connection.flags(Optional.empty()))) {
      return ClusterFacts.serves(cluster, ClusterFacts.KAITO);
    }
  }

  /// Rows of this machine are read and checked, as `create` would; others are not fetched for a
  /// plan.
  private static Optional<Workload> workload(TuneRequest request, RunConfig config)
      throws IOException {
    Optional<List<String>> data = paths(request.data());
    Optional<List<String>> evalData = paths(request.evalData());
    if (data.isEmpty() || evalData.isEmpty()) {
      return Optional.empty();
    }
    Path folder = Files.createTempDirectory("kubetune-plan");
    try {
      DataFacts facts =
          Dataset.normalise(
              NormaliseRequest.of(data.get(), folder.resolve("data"))
                  .evaluatedOn(evalData.get())
                  .as(request.reading()));
      if (config.chatTemplate().isPresent()) {
        new ConversationCheck(config.chatTemplate().get()).check(folder.resolve("data"));
      }
      return Optional.of(
          Workload.of(facts.rows(), facts.evalRows(), facts.estimatedTokens(), config.config()));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static Optional<List<String>> paths(List<Location> locations) {
    return locations.stream().allMatch(Location.Local.class::isInstance)
        ? Optional.of(locations.stream().map(Location::text).toList())
        : Optional.empty();
  }
}
