package io.kubetune.cli.command;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.render.InferenceManifest;
import io.kubetune.cli.render.Manifest;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.submit.Outcome;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Submission;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune serve NAME`: a KAITO Workspace that serves the adapter of a run.
@Command(
    name = "serve",
    header = "Serve an adapter with KAITO.",
    description = {
      "",
      "Makes an inference Workspace of the run's base model with its adapter; KAITO does the rest."
    },
    footer = {
      "  # See it",
      "  kubectl tune serve bot --dry-run=client -o yaml",
      "",
      "  # On nodes that are there; KAITO finds them by a label",
      "  kubectl tune serve bot --node-label apps=llm",
      "",
      "  # An adapter of any origin",
      "  kubectl tune serve bot --image registry.example.com/adapters/bot:1 --model phi-4-mini-instruct",
    })
final class Serve implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run, and the name of what is served")
  private String name;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "the adapter's image (the run's own)")
  private String image;

  @Option(
      names = "--model",
      paramLabel = "PRESET",
      description = "KAITO's preset or ORG/NAME (the run's own model)")
  private String model;

  @Option(
      names = "--instance-type",
      paramLabel = "TYPE",
      description = "machine that KAITO makes; left out, it takes the nodes with --node-label")
  private String instanceType;

  @Option(
      names = "--node-label",
      paramLabel = "KEY=VALUE",
      description = "label of the nodes to serve on; may be repeated (apps=NAME)")
  private Map<String, String> nodeLabels = new LinkedHashMap<>();

  @Option(
      names = "--image-pull-secret",
      paramLabel = "SECRET",
      description = "pull secret for the adapter's image; may be repeated")
  private List<String> pullSecrets = List.of();

  @Option(
      names = "--model-secret",
      paramLabel = "SECRET",
      description = "Secret with the token for a gated model")
  private String modelSecret;

  @Option(
      names = "--strength",
      paramLabel = "0..1",
      description =
          "how much of the adapter is applied; KAITO's Transformers runtime alone knows it")
  private Double strength;

  @Option(
      names = "--dry-run",
      paramLabel = "none|client|server",
      arity = "0..1",
      fallbackValue = "client",
      description = "client: print the Workspace; server: let the API server check it as well")
  private Create.DryRun dryRun = Create.DryRun.NONE;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Serve(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (strength != null && !(strength >= 0 && strength <= 1)) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't serve " + name,
          "--strength",
          strength + "",
          "a number from 0 to 1");
    }
    // Where all is said, no run and for a client dry run no cluster needs to be asked.
    Manifest workspace = image != null && model != null ? manifest(name, image, model) : ofRun();
    if (dryRun == Create.DryRun.CLIENT) {
      print(List.of(workspace), " created (client dry run)");
      return ExitCode.OK.code();
    }
    try (Cluster cluster = surroundings.cluster(where.flags())) {
      submit(cluster, workspace);
    }
    return ExitCode.OK.code();
  }

  private void submit(Cluster cluster, Manifest workspace) {
    if (!ClusterFacts.serves(cluster, ClusterFacts.KAITO)) {
      throw new TuneException(
          ExitCode.CLUSTER,
          "can't serve " + name,
          "context " + cluster.contextName(),
          "KAITO is not installed in this cluster",
          "--dry-run=client -o yaml prints the Workspace; pull-adapter fetches the adapter for other"
              + " servers");
    }
    Submission submission =
        new Submission(
            cluster, cluster.namespace(), Submission.Options.CAREFUL, surroundings.terminal()::say);
    boolean isDry = dryRun == Create.DryRun.SERVER;
    List<GenericKubernetesResource> stored =
        isDry
            ? submission.dryRun(List.of(workspace))
            : List.of(submission.submit(List.of(workspace)));
    print(StoredManifests.of(stored), isDry ? " created (server dry run)" : " created");
  }

  private Manifest ofRun() {
    try (NamedRun run = where.find(name, surroundings)) {
      return switch (run) {
        case NamedRun.Here(RunFolder folder) ->
            manifest(
                Surroundings.KIND + folder.name(),
                folder.name().value(),
                RunState.of(folder),
                Optional.of(folder.record().model()));
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) ->
            manifest(
                found.reference(),
                found.name(),
                ClusterView.read(cluster, found).state(),
                modelOf(found));
      };
    }
  }

  private Manifest manifest(String reference, String run, RunState state, Optional<String> named) {
    String adapter = image != null ? image : imageOf(reference, run, state);
    return manifest(run + "-serve", adapter, model != null ? model : preset(reference, named));
  }

  private static String imageOf(String reference, String run, RunState state) {
    Outcome.Image found =
        state
            .image()
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.NOT_FOUND,
                    "can't serve " + reference,
                    reference,
                    "it has no adapter image: " + state.phase(),
                    "kubectl tune wait " + run));
    if (found.isLayout()) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't serve " + reference,
          found.reference(),
          "a folder of this machine, which the cluster can't pull",
          "create the run with --output-image HOST/REPOSITORY:TAG, or name a copy of it by --image");
    }
    return found.pinned();
  }

  private static Optional<String> modelOf(ClusterRuns.Found run) {
    return run.annotation("tune.kubetune.io/model")
        .or(() ->
            run.owner().getAdditionalProperties().get("tuning") instanceof Map<?, ?> tuning
                    && tuning.get("preset") instanceof Map<?, ?> preset
                ? Optional.of(String.valueOf(preset.get("name")))
                : Optional.empty());
  }

  /// What KAITO can load: its presets, and models of the Hugging Face hub.
  private static String preset(String reference, Optional<String> named) {
    return named
        .map(text -> text.startsWith("hf://") ? text.substring("hf://".length()) : text)
        .filter(text -> !text.contains("://") && !text.startsWith("/"))
        .map(
            text -> Presets.find(text).filter(p -> !p.kaito()).map(Preset::repository).orElse(text))
        .orElseThrow(() ->
            new TuneException(
                ExitCode.BAD_REQUEST,
                "can't serve " + reference,
                "model " + named.orElse("unknown"),
                "KAITO loads presets and Hugging Face models",
                "name the same model as KAITO knows it: --model PRESET or ORG/NAME"));
  }

  private Manifest manifest(String workspace, String adapterImage, String preset) {
    return new InferenceManifest(
            workspace,
            where.flags().namespace(),
            preset,
            adapterImage,
            pullSecrets,
            Optional.ofNullable(modelSecret),
            Optional.ofNullable(instanceType),
            nodeLabels,
            Optional.ofNullable(strength).map(String::valueOf))
        .manifest();
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
  }
}
