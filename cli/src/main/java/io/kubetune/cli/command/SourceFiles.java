package io.kubetune.cli.command;

import io.kubetune.cli.fetch.DataPull;
import io.kubetune.cli.fetch.ImageCache;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.source.FetchedFiles;
import io.kubetune.cli.source.SourceOptions;
import io.kubetune.cli.source.SourceReference;
import io.kubetune.cli.source.Sources;
import io.kubetune.cli.submit.LocalFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Brings onto this machine what a request names elsewhere.
///
/// ```
/// LocalFiles files = new SourceFiles(sources, access, surroundings).of(request, true);
/// ```
record SourceFiles(SourceOption sources, RegistryAccess access, Surroundings surroundings) {

  /// @param withData false: the model alone, which the config is checked against
  LocalFiles of(TuneRequest request, boolean withData) {
    List<Location> data = new ArrayList<>();
    if (withData) {
      data.addAll(request.data());
      data.addAll(request.evalData());
    }
    SourceOptions options =
        ReachOption.with(request.sources(), sources.options(surroundings.environment()));
    Map<Location, LocalFiles.Fetched> fetched = new HashMap<>();
    try (TransferBars bars =
        new TransferBars(
            "nothing runs. The same command goes on with what has come so far.",
            surroundings.terminal())) {
      if (isElsewhere(request.model())) {
        ImageCache cache =
            ImageCache.ofModels(
                options.modelCache().orElseGet(() -> Sources.cache(options)), access);
        fetched.put(
            request.model(),
            fetch(SourceReference.model(request.model().text()), options, cache, bars));
      }
      ImageCache cache = ImageCache.ofRows(Sources.cache(options), access);
      for (Location each : data) {
        if (isElsewhere(each) && !fetched.containsKey(each)) {
          fetched.put(
              each, fetch(SourceReference.data(dataText(each.text())), options, cache, bars));
        }
      }
    }
    return new LocalFiles(fetched);
  }

  private static boolean isElsewhere(Location location) {
    return switch (location) {
      case Location.Preset _, Location.HuggingFace _, Location.Url _, Location.Image _ -> true;
      case Location.Local _, Location.Claim _, Location.Volume _ -> false;
    };
  }

  /// Rows named `hf://org/name` can only be a dataset.
  static String dataText(String source) {
    return source.startsWith("hf://") && !source.startsWith("hf://datasets/")
        ? source.replaceFirst("^hf://", "hf://datasets/")
        : source;
  }

  private LocalFiles.Fetched fetch(
      SourceReference source, SourceOptions options, ImageCache cache, TransferListener listener) {
    if (source instanceof SourceReference.Image(String reference, String file)) {
      // By its digest: what a tag named yesterday may be another image today.
      DataPull.PulledData pulled = cache.pull(ImageReference.parse(reference), listener);
      String pinned = reference.replaceFirst("@.*", "") + "@" + pulled.digest();
      return new LocalFiles.Fetched(pulled.at(file), new Location.Image(pinned, file).text());
    }
    FetchedFiles files = Sources.fetch(source, Sources.cache(options), options, listener);
    return new LocalFiles.Fetched(files.root(), pinned(source, files));
  }

  /// The source as it can be asked for again and gives the same.
  static String pinned(SourceReference source, FetchedFiles files) {
    return switch (source) {
      case SourceReference.HuggingFace hub ->
          new SourceReference.HuggingFace(
                  hub.kind(), hub.repository(), files.revision(), hub.path())
              .text();
      case SourceReference.Https _ -> source.text() + "#sha256=" + files.digest().hex();
      case SourceReference.Local _,
          SourceReference.S3 _,
          SourceReference.Image _,
          SourceReference.Volume _ ->
          source.text();
    };
  }
}
