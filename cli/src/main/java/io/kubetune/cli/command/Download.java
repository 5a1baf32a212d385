package io.kubetune.cli.command;

import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.data.RowReading;
import io.kubetune.cli.data.check.ConversationCheck;
import io.kubetune.cli.fetch.DataPull;
import io.kubetune.cli.fetch.ImageCache;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.source.FetchedFiles;
import io.kubetune.cli.source.MountedSecrets;
import io.kubetune.cli.source.SourceOptions;
import io.kubetune.cli.source.SourceReference;
import io.kubetune.cli.source.Sources;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kubectl tune download`: sources in; a model's folder and canonical rows out.
@Command(
    name = "download",
    header = "Download a model and rows, as the pod's data-downloader does.",
    description = {
      "",
      "Progress is JSON on stdout, one object a line. What broke is gone on with by the next call."
    },
    footer = {
      "  # A model",
      "  kubectl tune download --model hf://HuggingFaceTB/SmolLM2-135M \\",
      "      --model-to ./model",
      "",
      "  # Rows, in the form that the trainer reads",
      "  kubectl tune download --data hf://datasets/openai/gsm8k/main --to ./data \\",
      "      --column prompt=question --column completion=answer",
    })
final class Download implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "preset, ORG/NAME, hf://ORG/NAME[@REVISION], image://IMAGE or a folder")
  private String model;

  @Option(names = "--model-to", paramLabel = "FOLDER", description = "where the model goes")
  private Path modelTo;

  @Option(
      names = "--model-links",
      description =
          "links to the model's files in the --model-cache: they take no room, and need the cache to"
              + " stay")
  private boolean modelLinks;

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      description =
          "https://…[#sha256=…], hf://datasets/ORG/NAME[@REVISION][/PATH], s3://BUCKET/PREFIX,"
              + " image://IMAGE or a path; may be given several times")
  private List<String> data = List.of();

  @Option(
      names = "--eval-data",
      paramLabel = "SOURCE",
      description = "rows to evaluate on; may be given several times")
  private List<String> evalData = List.of();

  @Mixin private ReadingOptions reading;

  @Option(
      names = "--chat-template",
      paramLabel = "TEXT|FILE",
      description = "refuse conversations that this template of the trainer's refuses")
  private String chatTemplate;

  @Option(names = "--to", paramLabel = "FOLDER", description = "where the rows go")
  private Path to;

  @Option(
      names = "--credentials",
      paramLabel = "FOLDER",
      description =
          "a mounted Secret for data: HF_TOKEN, AUTHORIZATION, AWS_ACCESS_KEY_ID and its like,"
              + " .dockerconfigjson or config.json, a file each")
  private List<Path> credentials = List.of();

  @Option(
      names = "--model-credentials",
      paramLabel = "FOLDER",
      description = "the same, for the model")
  private List<Path> modelCredentials = List.of();

  @Option(names = "--plain-http", description = "speak http to registries")
  private boolean plainHttp;

  @Mixin private SourceOption sources;

  @Mixin private ReachOption reach;

  private final Surroundings surroundings;

  Download(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try {
      download();
    } catch (TuneException e) {
      PodEvents.failed(e, surroundings.terminal().out(), surroundings.environment());
      throw e;
    }
    return ExitCode.OK.code();
  }

  private void download() {
    if ((model == null) != (modelTo == null) || data.isEmpty() != (to == null)) {
      throw incomplete("--model and --model-to, --data and --to belong together");
    }
    if (modelLinks && !reach.hasModelCache()) {
      throw incomplete("--model-links are links into a --model-cache, and none is named");
    }
    if (model == null && data.isEmpty()) {
      throw incomplete("neither --model nor --data is given");
    }
    if (model != null) {
      model();
    }
    if (!data.isEmpty()) {
      rows();
    }
  }

  private static TuneException incomplete(String found) {
    return new TuneException(
        ExitCode.USAGE,
        "can't download",
        "kubectl tune download",
        found,
        "kubectl tune download --help");
  }

  private void model() {
    MountedSecrets secrets = new MountedSecrets(modelCredentials);
    SourceOptions options = options(secrets);
    if (!reach.hasModelCache()) {
      // On the volume that the model is for: linked from there, it takes its room once.
      options = options.withModelCache(modelTo.resolve(".cache"));
    }
    SourceReference source = SourceReference.model(model);
    ImageCache images = ImageCache.ofModels(options.modelCache().orElseThrow(), access(secrets));
    Path root = fetch(source, options, modelTo.resolve(".cache"), images);
    PlacedFiles placed = new PlacedFiles(modelTo);
    if (modelLinks) {
      placed.pointTo(root);
    } else {
      placed.link(root);
    }
  }

  private SourceOptions options(MountedSecrets secrets) {
    SourceOptions options = reach.with(sources.options(secrets.over(surroundings.environment())));
    return options.headerFrom().isPresent()
        ? options
        : secrets.headerFrom().map(options::withHeaderFrom).orElse(options);
  }

  private void rows() {
    // Before anything is downloaded for it.
    RowReading understood = reading.reading();
    Optional<ConversationCheck> conversations =
        Optional.ofNullable(chatTemplate).map(InspectOptions::text).map(ConversationCheck::new);
    MountedSecrets secrets = new MountedSecrets(credentials);
    SourceOptions options = options(secrets);
    Path cache = Sources.cache(options);
    ImageCache images = ImageCache.ofRows(cache, access(secrets));
    List<String> train = new ArrayList<>();
    List<String> eval = new ArrayList<>();
    data.forEach(each ->
        train.add(
            fetch(SourceReference.data(SourceFiles.dataText(each)), options, cache, images)
                .toString()));
    evalData.forEach(each ->
        eval.add(
            fetch(SourceReference.data(SourceFiles.dataText(each)), options, cache, images)
                .toString()));
    // A mounted volume can't be renamed over: the rows are made in it and moved up, manifest last.
    Path aside = Files.isDirectory(to) ? to.resolve(".rows") : to;
    PlacedFiles placed = new PlacedFiles(to);
    if (!aside.equals(to)) {
      placed.remove(aside);
    }
    DataFacts facts =
        Dataset.normalise(new NormaliseRequest(DataSource.of(train).as(understood), eval, aside));
    if (conversations.isPresent()) {
      try {
        conversations.get().check(aside);
      } catch (TuneException e) {
        placed.remove(aside); // made a moment ago, and of no use
        throw e;
      } catch (IOException e) {
        throw Dataset.storage(aside, e);
      }
    }
    if (!aside.equals(to)) {
      placed.moveUp(aside);
    }
    PodEvents events = new PodEvents(surroundings.terminal(), "downloading", "");
    facts.warnings().forEach(each -> surroundings.terminal().say("warning: " + each));
    events.print(
        PodEvents.event("normalised")
            .put("folder", to.toString())
            .put("rows", facts.rows())
            .put("eval_rows", facts.evalRows()));
  }

  private Path fetch(SourceReference source, SourceOptions options, Path cache, ImageCache images) {
    PodEvents events = new PodEvents(surroundings.terminal(), "downloading", source.text());
    if (source instanceof SourceReference.Image(String reference, String file)) {
      DataPull.PulledData pulled = images.pull(ImageReference.parse(reference), events);
      tell(reference, pulled, events);
      return pulled.at(file);
    }
    FetchedFiles files = Sources.fetch(source, cache, options, events);
    events.print(
        PodEvents.event("downloaded")
            .put("source", SourceFiles.pinned(source, files))
            .put("revision", files.revision().orElse(""))
            .put("files", files.files().size())
            .put("bytes", files.bytes())
            .put("digest", files.digest().toString()));
    return files.root();
  }

  private static void tell(String reference, DataPull.PulledData pulled, PodEvents events) {
    events.print(
        PodEvents.event("downloaded")
            .put("source", "image://" + reference)
            .put("revision", pulled.digest().toString())
            .put("files", pulled.files().size())
            .put("bytes", pulled.bytes()));
  }

  private RegistryAccess access(MountedSecrets secrets) {
    RegistryAccess access = sources.access(surroundings.environment()).withPlainHttp(plainHttp);
    List<Path> files = new ArrayList<>(secrets.authFiles());
    files.addAll(access.authFiles());
    return access.withAuthFiles(files);
  }
}
