package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.OverallTransfer;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Downloads a repository of the Hugging Face hub into the cache that Python's library shares.
///
/// ```
/// FetchedFiles files = new Hub(reference, options, listener).fetch();
/// ```
final class Hub {
  /// Enough to fill a line whose round trips are long, few enough for the hub's limits.
  private static final int AT_ONCE = 4;

  private final SourceReference.HuggingFace reference;
  private final SourceOptions options;
  private final TransferListener listener;
  private final HubOrigin origin;
  private final HubCache cache;
  private final Retries retries;

  Hub(SourceReference.HuggingFace reference, SourceOptions options, TransferListener listener) {
    this.reference = reference;
    this.options = options;
    this.listener = listener;
    this.origin = HubOrigin.of(reference, options);
    this.cache = HubCache.of(reference, options);
    this.retries = new Retries(options, listener::say);
  }

  private record Listing(String commit, List<HubFile> files) {}

  private record Stored(String path, Path file, long bytes, Digest sha256) {}

  FetchedFiles fetch() {
    String revision = reference.revision().orElse("main");
    if (options.isSet("HF_HUB_OFFLINE") || options.isSet("TRANSFORMERS_OFFLINE")) {
      return offline(revision);
    }
    try (SourceHttp http = new SourceHttp(options, listener.trace())) {
      Listing listing = listing(http, revision);
      List<HubFile> needed = new HubSelection(reference).needed(listing.files());
      long missing =
          needed.stream()
              .filter(file -> file.etag().map(cache::blob).filter(Files::exists).isEmpty())
              .mapToLong(file -> file.sizeBytes().orElse(0))
              .sum();
      PartialFile.Space.require(cache.root(), missing);
      List<Stored> stored;
      try (OverallTransfer all = new OverallTransfer(listener, "downloading", missing)) {
        FileDownload download = new FileDownload(http, retries, all);
        List<Callable<Stored>> work = new ArrayList<>();
        needed.forEach(file -> work.add(() -> store(download, listing.commit(), file)));
        stored = SideBySide.run(work, AT_ONCE);
      }
      cache.refer(revision, listing.commit());
      return files(listing.commit(), stored);
    }
  }

  private Listing listing(SourceHttp http, String revision) {
    URI uri = origin.api(revision);
    return retries.call(
        SourceReference.shown(uri),
        () -> 0,
        () -> {
          try (Answer answer = http.get(uri, origin, Map.of())) {
            if (answer.status() != 200) {
              throw origin.refused(answer);
            }
            return listing(answer.body().readAllBytes(), uri);
          }
        });
  }

  private Listing listing(byte[] body, URI uri) {
    try {
      JsonNode json = Json.MAPPER.readTree(body);
      String commit = json.path("sha").asString("");
      List<HubFile> files = new ArrayList<>();
      json.path("siblings").forEach(each -> files.add(HubFile.of(each)));
      if (HubCache.isCommit(commit)) {
        return new Listing(commit, files);
      }
    } catch (JacksonException e) {
      // Told below: it is no answer of a hub, whatever it is.
    }
    throw new TuneException(
        ExitCode.SOURCE,
        "can't list " + reference.text(),
        SourceReference.shown(uri),
        "the server's answer is not a hub's",
        "is HF_ENDPOINT right, and no login page between?");
  }

  private Stored store(FileDownload download, String commit, HubFile file) {
    URI uri = origin.file(commit, file.path());
    String etag = file.etag().orElseGet(() -> askedFor(download.http(), uri));
    Path blob = cache.blob(etag);
    FileDownload.Fetched fetched;
    if (Files.isRegularFile(blob) && (file.sizeBytes().isEmpty() || sizeIs(blob, file))) {
      // Named by its content, and renamed into place only when that was checked.
      fetched = present(blob, file);
    } else {
      fetched = download.fetch(uri, origin, file.expected(), blob, cache.lock(etag));
    }
    Path linked = cache.link(commit, file.path(), etag);
    return new Stored(file.path(), linked, fetched.bytes(), fetched.sha256());
  }

  private static boolean sizeIs(Path blob, HubFile file) {
    try {
      return Files.size(blob) == file.sizeBytes().orElse(-1);
    } catch (IOException e) {
      return false;
    }
  }

  private static FileDownload.Fetched present(Path blob, HubFile file) {
    try {
      Digest digest = file.lfs().isPresent() ? file.lfs().get() : Digests.of(blob);
      return new FileDownload.Fetched(Files.size(blob), digest, Optional.empty(), false);
    } catch (IOException e) {
      throw Storage.failed("can't read the model cache", blob.toString(), e);
    }
  }

  /// Of a mirror that lists names alone: the ETag as Python's library takes it.
  private String askedFor(SourceHttp http, URI uri) {
    return retries.call(
        SourceReference.shown(uri),
        () -> 0,
        () -> {
          try (Answer answer = http.head(uri, origin)) {
            if (answer.status() >= 400) {
              throw origin.refused(answer);
            }
            String etag =
                answer
                    .first()
                    .firstValue("X-Linked-Etag")
                    .or(() -> answer.first().firstValue("ETag"))
                    .orElse("")
                    .replaceFirst("^W/", "")
                    .replace("\"", "");
            if (!etag.matches("[A-Za-z0-9._-]{1,128}") || etag.startsWith(".")) {
              throw new TuneException(
                  ExitCode.SOURCE,
                  "can't download " + reference.text(),
                  SourceReference.shown(uri),
                  "the server names no ETag for the file",
                  "is HF_ENDPOINT a mirror of the hub?");
            }
            return etag;
          }
        });
  }

  private FetchedFiles offline(String revision) {
    List<HubFile> cached =
        cache.cached(revision).stream()
            .map(
                path -> new HubFile(path, OptionalLong.empty(), Optional.empty(), Optional.empty()))
            .toList();
    String commit = cache.commit(revision).orElseThrow();
    List<Stored> stored = new ArrayList<>();
    for (HubFile each : new HubSelection(reference).needed(cached)) {
      Path file = cache.snapshot(commit).resolve(each.path());
      FileDownload.Fetched present = present(file, each);
      stored.add(new Stored(each.path(), file, present.bytes(), present.sha256()));
    }
    return files(commit, stored);
  }

  private FetchedFiles files(String commit, List<Stored> stored) {
    SortedMap<String, Digest> digests = new TreeMap<>();
    stored.forEach(each -> digests.put(each.path(), each.sha256()));
    Path root = cache.snapshot(commit);
    boolean one = stored.size() == 1 && stored.getFirst().path().equals(reference.path());
    return new FetchedFiles(
        one ? stored.getFirst().file() : root.resolve(reference.path()),
        stored.stream().map(Stored::file).sorted().toList(),
        Optional.of(commit),
        stored.stream().mapToLong(Stored::bytes).sum(),
        one ? stored.getFirst().sha256() : Digests.together(digests));
  }
}
