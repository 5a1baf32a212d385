package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.OverallTransfer;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/// Downloads an object, or all objects below a prefix, of S3.
///
/// ```
/// FetchedFiles files = new S3(reference, options, listener).fetch(folder);
/// ```
final class S3 {
  private static final int AT_ONCE = 4;

  private final SourceReference.S3 reference;
  private final SourceOptions options;
  private final TransferListener listener;
  private final S3Origin origin;
  private final Retries retries;

  S3(SourceReference.S3 reference, SourceOptions options, TransferListener listener) {
    this.reference = reference;
    this.options = options;
    this.listener = listener;
    this.origin = S3Origin.of(reference.bucket(), options);
    this.retries = new Retries(options, listener::say);
  }

  private record Stored(String path, Path file, FileDownload.Fetched fetched) {}

  FetchedFiles fetch(Path folder) {
    try (SourceHttp http = new SourceHttp(options, listener.trace())) {
      List<S3Listing.Entry> entries = entries(http);
      long bytes = entries.stream().mapToLong(S3Listing.Entry::sizeBytes).sum();
      List<Stored> stored;
      try (OverallTransfer all = new OverallTransfer(listener, "downloading", bytes)) {
        FileDownload download = new FileDownload(http, retries, all);
        List<Callable<Stored>> work = new ArrayList<>();
        entries.forEach(entry -> work.add(() -> store(download, entry, folder)));
        stored = SideBySide.run(work, AT_ONCE);
      }
      return files(folder, stored);
    }
  }

  /// The object of exactly this key, or what lies below it as a folder.
  private List<S3Listing.Entry> entries(SourceHttp http) {
    List<S3Listing.Entry> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      S3Listing page = page(http, origin.listing(reference.key(), next));
      all.addAll(page.entries());
      next = page.next();
    } while (next.isPresent());
    List<S3Listing.Entry> exact =
        all.stream().filter(entry -> entry.key().equals(reference.key())).toList();
    String prefix =
        reference.key().isEmpty() || reference.key().endsWith("/")
            ? reference.key()
            : reference.key() + "/";
    List<S3Listing.Entry> found =
        exact.isEmpty() || reference.key().endsWith("/")
            ? all.stream()
                .filter(entry -> entry.key().startsWith(prefix) && !entry.key().endsWith("/"))
                .toList()
            : exact;
    if (found.isEmpty()) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't find " + reference.text(),
          SourceReference.shown(origin.root()),
          "no object of that name or below it",
          "");
    }
    return found;
  }

  private S3Listing page(SourceHttp http, URI uri) {
    return retries.call(
        SourceReference.shown(uri),
        () -> 0,
        () -> {
          try (Answer answer = http.get(uri, origin, Map.of())) {
            if (answer.status() != 200) {
              throw origin.refused(answer);
            }
            return S3Listing.read(answer.body());
          }
        });
  }

  private Stored store(FileDownload download, S3Listing.Entry entry, Path folder) {
    String path =
        entry.key().equals(reference.key())
            ? entry.key().substring(entry.key().lastIndexOf('/') + 1)
            : entry.key().substring(prefixLength());
    Path file = folder.resolve(path).normalize();
    if (!file.startsWith(folder) || file.equals(folder)) {
      throw new TuneException(
          ExitCode.SOURCE,
          "can't download " + reference.text(),
          entry.key(),
          "the key leaves the folder that is downloaded to",
          "name the objects one by one");
    }
    FileDownload.Fetched fetched =
        download.fetch(
            origin.object(entry.key()),
            origin,
            Expected.size(entry.sizeBytes()),
            file,
            file.resolveSibling("." + file.getFileName() + ".lock"));
    return new Stored(path, file, fetched);
  }

  private int prefixLength() {
    String key = reference.key();
    return key.isEmpty() || key.endsWith("/") ? key.length() : key.length() + 1;
  }

  private FetchedFiles files(Path folder, List<Stored> stored) {
    SortedMap<String, Digest> digests = new TreeMap<>();
    stored.forEach(each -> digests.put(each.path(), each.fetched().sha256()));
    boolean one = stored.size() == 1;
    return new FetchedFiles(
        one ? stored.getFirst().file() : folder,
        stored.stream().map(Stored::file).sorted().toList(),
        one ? stored.getFirst().fetched().etag() : Optional.empty(),
        stored.stream().mapToLong(each -> each.fetched().bytes()).sum(),
        one ? stored.getFirst().fetched().sha256() : Digests.together(digests));
  }
}
