package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.GeneratedName;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RequestSoFar;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.submit.cluster.Submission;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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
    CLIENT,
    SERVER;

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
      paramLabel = "none|client|server",
      arity = "0..1",
      fallbackValue = "client",
      description =
          "client: print what would be submitted; server: let the API server check it as well;"
              + " both submit nothing")
  private DryRun dryRun = DryRun.NONE;

  @Option(
      names = "--save-manifests",
      paramLabel = "FOLDER",
      description = "keep the manifests as files, for kubectl apply -f FOLDER")
  private Path saveManifests;

  @Option(
      names = "--force",
      description = "submit it although it does not fit the cluster as it is")
  private boolean force;

  @Option(names = "--replace", description = "delete a run of this name first")
  private boolean replace;

  @Option(
      names = "--force-conflicts",
      description = "take over fields that another field manager owns")
  private boolean forceConflicts;

  @Mixin private SourceOption sources;

  @Mixin private RegistryOption registry;

  @Mixin private ClusterOptions connection;

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
    TuneRequest request =
        RequestReader.here(surroundings.terminal().in())
            .choosing(this::kaitoIsServed)
            .withDefaults(UserConfig.of(surroundings.environment()).defaults())
            .checking(this::misplaced)
            .read(flags());
    return new GeneratedName(GeneratedName::randomSuffix).tried(request, this::create).code();
  }

  private ExitCode create(TuneRequest request) throws IOException, InterruptedException {
    return switch (request.runtime()) {
      case LOCAL -> local(request);
      case JOB, KAITO -> cluster(request);
    };
  }

  private boolean kaitoIsServed() {
    try (Cluster cluster = surroundings.cluster(connection.flags(Optional.empty()))) {
      return ClusterFacts.serves(cluster, ClusterFacts.KAITO);
    }
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

  private ExitCode local(TuneRequest request) throws IOException, InterruptedException {
    LocalCreate local = new LocalCreate(surroundings, output, sources, registry);
    boolean waits = waits(surroundings.terminal());
    return switch (dryRun) {
      case CLIENT -> {
        local.dryRun(request);
        yield ExitCode.OK;
      }
      case SERVER -> throw new IllegalStateException("refused before");
      case NONE -> local.run(request, waits);
    };
  }

  /// Options that would have no effect.
  private List<Problem> misplaced(RequestSoFar request) {
    return switch (request.runtime()) {
      case LOCAL -> ofACluster(request);
      case JOB, KAITO -> sources.unusedBy(request.runtime().text());
    };
  }

  private List<Problem> ofACluster(RequestSoFar request) {
    List<Problem> problems = new ArrayList<>();
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--dry-run=server", dryRun == DryRun.SERVER);
    given.put("--save-manifests", saveManifests != null);
    given.put("--force", force);
    given.put("--replace", replace);
    given.put("--force-conflicts", forceConflicts);
    typed(ClusterOptions::has).forEach(option -> given.put(option, true));
    given.forEach((place, isGiven) -> {
      if (isGiven) {
        String remedy =
            place.equals("--replace") && !request.name().isEmpty()
                ? "take it out, and first remove that run:\n  kubectl tune delete " + request.name()
                : "take it out";
        problems.add(new Problem(place, "runtime local has no cluster", remedy));
      }
    });
    if (!asksRegistries(request)) {
      for (String option : typed(RegistryOption::has)) {
        problems.add(
            new Problem(
                option,
                "nothing is pulled from a registry, and the adapter is not pushed to one",
                "take it out, or name --output-image HOST/REPOSITORY:TAG"));
      }
    }
    return problems;
  }

  private List<String> typed(Predicate<OptionSpec> kind) {
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .filter(kind)
        .map(OptionSpec::longestName)
        .distinct()
        .toList();
  }

  private static boolean asksRegistries(RequestSoFar request) {
    return request.output().filter(Output.Image.class::isInstance).isPresent()
        || request.inputs().stream().anyMatch(Location.Image.class::isInstance);
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

  private ExitCode cluster(TuneRequest request) throws IOException, InterruptedException {
    ClusterCreate create =
        new ClusterCreate(surroundings, output, registry, connection.flags(request.namespace()));
    ClusterCreate.Options options =
        new ClusterCreate.Options(
            waits(surroundings.terminal()),
            force,
            new Submission.Options(replace, forceConflicts),
            Optional.ofNullable(saveManifests));
    return switch (dryRun) {
      case CLIENT -> create.clientDryRun(request, options);
      case SERVER -> create.serverDryRun(request, options);
      case NONE -> create.run(request, options);
    };
  }
}
