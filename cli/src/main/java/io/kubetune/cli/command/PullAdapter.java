package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.fetch.AdapterPull;
import io.kubetune.cli.fetch.PulledAdapter;
import io.kubetune.cli.fetch.gguf.BaseModel;
import io.kubetune.cli.fetch.gguf.Gguf;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.submit.AdapterImage;
import io.kubetune.cli.submit.Outcome;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune pull-adapter NAME|IMAGE`: the adapter as a folder in PEFT's format.
@Command(
    name = "pull-adapter",
    header = "Fetch an adapter into a folder.",
    footer = {
      "  # Of a run",
      "  kubectl tune pull-adapter first --to ./adapter",
      "",
      "  # Of any image: a registry's, or an OCI layout on disk",
      "  kubectl tune pull-adapter registry.example.com/adapters/bot:1 --to ./adapter",
      "  kubectl tune pull-adapter oci:./image --to ./adapter",
      "",
      "  # For llama.cpp's --lora",
      "  kubectl tune pull-adapter first --format gguf --to ./adapter",
    })
final class PullAdapter implements Callable<Integer> {
  /// The forms of an adapter.
  enum Format {
    PEFT,
    GGUF;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(
      paramLabel = "NAME|IMAGE",
      description = "a run, oci:FOLDER, or HOST/REPOSITORY[:TAG|@DIGEST]")
  private String source;

  @Option(
      names = {"-d", "--to"},
      paramLabel = "FOLDER",
      description = "new folder to write (./NAME, or ./adapter for an image)")
  private Path to;

  @Option(
      names = "--format",
      paramLabel = "peft|gguf",
      description = "gguf: one file adapter.gguf, for llama.cpp")
  private Format format = Format.PEFT;

  @Option(
      names = "--model",
      paramLabel = "FOLDER",
      description = "base model with its config.json, which gguf needs (the run's own)")
  private Path model;

  @Option(
      names = "--verify",
      paramLabel = "RUN",
      arity = "0..1",
      fallbackValue = "",
      description = "refuse it unless its provenance is that of this run (or of NAME)")
  private String verify;

  @Option(
      names = "--extract-only",
      paramLabel = "FILE",
      description = "write this one file of the image alone")
  private String extractOnly;

  @Mixin private RegistryOption registry;

  @Mixin private WhereOptions where;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  PullAdapter(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (isImage()) {
      return pull(ImageReference.parse(source), "adapter", Optional.empty());
    }
    try (NamedRun run = where.find(source, surroundings)) {
      return switch (run) {
        case NamedRun.Here(RunFolder folder) ->
            pull(
                ImageReference.parse(
                    imageOf("run/" + folder.name(), folder.name().value(), RunState.of(folder))),
                folder.name().value(),
                Optional.of(run));
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) ->
            pull(
                ImageReference.parse(
                    imageOf(
                        found.reference(), found.name(), ClusterView.read(cluster, found).state())),
                found.name(),
                Optional.of(run));
      };
    }
  }

  private int pull(ImageReference image, String name, Optional<NamedRun> run) {
    Path folder = to != null ? to : Path.of(name);
    Terminal terminal = surroundings.terminal();
    RegistryAccess access = access(run);
    if (extractOnly != null) {
      return extract(new AdapterPull(access), image);
    }
    PulledAdapter adapter;
    try (TransferBars bars = new TransferBars(notWritten(folder), terminal)) {
      AdapterPull pull = new AdapterPull(access);
      AdapterPull.Check check = checkFor(image, run);
      adapter =
          switch (format) {
            case PEFT -> pull.pull(image, folder, bars, check);
            case GGUF -> pull.pullConverted(image, folder, bars, check, toGguf(run));
          };
    }
    AdapterSummary.show(adapter, image, output, terminal);
    return ExitCode.OK.code();
  }

  /// A registry is reached as the run reached it, unless that is said anew.
  private RegistryAccess access(Optional<NamedRun> run) {
    RegistryAccess usual = RegistryAccess.fromEnvironment(surroundings.environment());
    if (registry.isTyped() || run.isEmpty()) {
      return registry.access(surroundings.environment());
    }
    return switch (run.get()) {
      case NamedRun.Here(RunFolder folder) -> folder.record().registry().over(usual);
      case NamedRun.There(Cluster _, ClusterRuns.Found found) ->
          usual.withPlainHttp(found.speaksPlainHttp());
    };
  }

  private AdapterPull.Conversion toGguf(Optional<NamedRun> run) {
    Optional<Path> folderOfModel =
        Optional.ofNullable(model)
            .or(() ->
                run.orElse(null) instanceof NamedRun.Here(RunFolder folder)
                    ? Optional.of(Path.of(folder.record().model()))
                    : Optional.empty());
    if (folderOfModel.isEmpty()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't write the adapter as GGUF",
          "--format gguf",
          "the base model's config.json is needed",
          "name its folder with --model");
    }
    BaseModel base = BaseModel.read(folderOfModel.get());
    return (peft, converted) -> Gguf.convert(peft, base, converted.resolve("adapter.gguf"));
  }

  private int extract(AdapterPull pull, ImageReference image) {
    if (verify != null) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't verify one file",
          "--verify",
          "given with --extract-only",
          "give one of them");
    }
    Path folder = to != null ? to : Path.of("");
    Path file;
    try (TransferBars bars =
        new TransferBars(notWritten(folder.resolve(extractOnly)), surroundings.terminal())) {
      file = pull.extract(image, extractOnly, folder, bars);
    }
    surroundings.terminal().out().println(file);
    return ExitCode.OK.code();
  }

  private static String notWritten(Path path) {
    return path + " was not written. The same command goes on with what has come so far.";
  }

  private AdapterPull.Check checkFor(ImageReference image, Optional<NamedRun> run) {
    if (verify == null) {
      return adapter -> {};
    }
    if (verify.isEmpty() && run.isEmpty()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't verify " + source,
          "--verify",
          "no run to compare the image with",
          "name one: --verify RUN");
    }
    if (verify.isEmpty()) {
      return checkFor(image, run.get());
    }
    try (NamedRun named = where.find(verify, surroundings)) {
      return checkFor(image, named);
    }
  }

  private static AdapterPull.Check checkFor(ImageReference image, NamedRun run) {
    String reference =
        switch (run) {
          case NamedRun.Here(RunFolder folder) -> "run/" + folder.name();
          case NamedRun.There(Cluster _, ClusterRuns.Found found) -> found.reference();
        };
    Provenance expected =
        switch (run) {
          case NamedRun.Here(RunFolder folder) -> AdapterImage.provenance(folder);
          case NamedRun.There(Cluster cluster, ClusterRuns.Found found) ->
              ClusterProvenance.of(cluster, found);
        };
    return adapter -> {
      List<Problem> problems = expected.differences(adapter.annotations(), image.toString());
      if (!problems.isEmpty()) {
        throw new TuneException(
            ExitCode.REGISTRY, "the adapter is not that of " + reference, problems);
      }
    };
  }

  private boolean isImage() {
    boolean kind = source.matches("(run|job|workspace)[a-z.]*/[^/]+");
    return !kind && (source.contains("/") || source.contains(":"));
  }

  private static String imageOf(String reference, String name, RunState state) {
    return state
        .image()
        .map(Outcome.Image::pinned)
        .orElseThrow(() ->
            new TuneException(
                ExitCode.NOT_FOUND,
                "can't pull the adapter of " + reference,
                reference,
                "it has no adapter image: " + state.phase(),
                state.phase().isOver()
                    ? "kubectl tune status " + name
                    : "kubectl tune wait " + name));
  }
}
