package io.kubetune.cli.command;

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
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  PullAdapter(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Optional<RunFolder> run = isImage() ? Optional.empty() : Optional.of(surroundings.run(source));
    ImageReference image = ImageReference.parse(run.map(PullAdapter::imageOfRun).orElse(source));
    String name = run.map(each -> each.name().value()).orElse("adapter");
    Path folder = to != null ? to : Path.of(name);
    Terminal terminal = surroundings.terminal();
    RegistryAccess access = registry.access(surroundings.environment());
    if (extractOnly != null) {
      return extract(new AdapterPull(access), image);
    }
    PulledAdapter adapter;
    try (TransferBars bars = new TransferBars(terminal)) {
      AdapterPull pull = new AdapterPull(access);
      AdapterPull.Check check = checkFor(image, run.isEmpty());
      adapter =
          switch (format) {
            case PEFT -> pull.pull(image, folder, bars, check);
            case GGUF -> pull.pullConverted(image, folder, bars, check, toGguf(run.isEmpty()));
          };
    }
    show(adapter, image, terminal);
    return ExitCode.OK.code();
  }

  private AdapterPull.Conversion toGguf(boolean isImage) {
    if (model == null && isImage) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't write the adapter as GGUF",
          "--format gguf",
          "the base model's config.json is needed",
          "name its folder with --model");
    }
    Path folder = model != null ? model : Path.of(surroundings.run(source).record().model());
    BaseModel base = BaseModel.read(folder);
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
    try (TransferBars bars = new TransferBars(surroundings.terminal())) {
      file = pull.extract(image, extractOnly, folder, bars);
    }
    surroundings.terminal().out().println(file);
    return ExitCode.OK.code();
  }

  private AdapterPull.Check checkFor(ImageReference image, boolean isImage) {
    if (verify == null) {
      return adapter -> {};
    }
    if (verify.isEmpty() && isImage) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't verify " + source,
          "--verify",
          "no run to compare the image with",
          "name one: --verify RUN");
    }
    RunFolder run = surroundings.run(verify.isEmpty() ? source : verify);
    Provenance expected = AdapterImage.provenance(run);
    return adapter -> {
      List<Problem> problems = expected.differences(adapter.annotations(), image.toString());
      if (!problems.isEmpty()) {
        throw new TuneException(
            ExitCode.REGISTRY, "the adapter is not that of run/" + run.name(), problems);
      }
    };
  }

  private boolean isImage() {
    return !source.startsWith(Surroundings.KIND) && (source.contains("/") || source.contains(":"));
  }

  private static String imageOfRun(RunFolder run) {
    String name = run.name().value();
    RunState state = RunState.of(run);
    Outcome.Image image =
        state
            .image()
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.NOT_FOUND,
                    "can't pull the adapter of run/" + name,
                    "run/" + name,
                    "it has no adapter image: " + state.phase(),
                    state.phase().isOver()
                        ? "kubectl tune status " + name
                        : "kubectl tune wait " + name));
    // The tag of a registry may have moved since; the digest is what the run made.
    boolean isLayout = image.reference().startsWith("oci:");
    return isLayout ? image.reference() : image.reference() + "@" + image.digest();
  }

  private void show(PulledAdapter adapter, ImageReference image, Terminal terminal) {
    switch (output.format()) {
      case NAME -> terminal.out().println(adapter.folder());
      case JSON, YAML -> output.print(json(adapter, image), terminal);
      case TABLE, WIDE -> {
        Table table = new Table("FILE", "BYTES");
        adapter.files().forEach(f -> table.row(f.name(), "%,d".formatted(f.bytes())));
        table.print(terminal.out());
        terminal.out().println();
        terminal.out().println("Folder:     " + adapter.folder());
        terminal.out().println("Image:      " + image + " (" + adapter.digest() + ")");
        terminal
            .out()
            .println(
                "Adapter:    rank %d, alpha %s, of %s"
                    .formatted(adapter.rank(), adapter.alpha(), adapter.baseModel()));
        adapter.evalLossBefore().ifPresent(loss -> evaluation(adapter, loss, terminal));
      }
    }
  }

  private static void evaluation(PulledAdapter adapter, double before, Terminal terminal) {
    adapter
        .evalLossAfter()
        .ifPresent(after ->
            terminal
                .out()
                .println("Evaluation: loss %.4f before, %.4f after".formatted(before, after)));
  }

  private static ObjectNode json(PulledAdapter adapter, ImageReference image) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("folder", adapter.folder().toString());
    json.put("image", image.toString());
    json.put("digest", adapter.digest().toString());
    json.put("baseModel", adapter.baseModel());
    json.put("rank", adapter.rank());
    json.put("alpha", adapter.alpha());
    adapter.targets().forEach(json.putArray("targets")::add);
    adapter.evalLossBefore().ifPresent(loss -> json.put("evalLossBefore", loss));
    adapter.evalLossAfter().ifPresent(loss -> json.put("evalLossAfter", loss));
    ArrayNode files = json.putArray("files");
    adapter.files().forEach(f -> files.addObject().put("name", f.name()).put("bytes", f.bytes()));
    return json;
  }
}
