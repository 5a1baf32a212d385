package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Brings what a source names onto this machine: resumed, verified, whole or not at all.
///
/// ```
/// FetchedFiles rows = Sources.fetch(
///     SourceReference.data("hf://datasets/openai/gsm8k/main"), Sources.cache(options), options, listener);
/// ```
public final class Sources {
  private Sources() {}

  /// `$XDG_CACHE_HOME/kubetune/sources`: where downloads go on from when they broke.
  public static Path cache(SourceOptions options) {
    return options.cacheHome().resolve("kubetune").resolve("sources");
  }

  /// @param cache folder for what https and s3 give, a folder each; the hub has a cache of its own
  ///   (`--model-cache`, `HF_HUB_CACHE`, `HF_HOME`)
  /// @throws TuneException SOURCE where a server can't be reached, refuses or sends something else;
  ///   NOT_FOUND, STORAGE, BAD_MODEL; USAGE for images and volumes, which are not downloaded here
  public static FetchedFiles fetch(
      SourceReference source, Path cache, SourceOptions options, TransferListener listener) {
    return switch (source) {
      case SourceReference.Local local -> local(local.path());
      case SourceReference.Https web ->
          web(web, folder(cache, web.uri().toString()), options, listener);
      case SourceReference.HuggingFace hub -> new Hub(hub, options, listener).fetch();
      case SourceReference.S3 s3 ->
          new S3(s3, options, listener)
              .fetch(folder(cache, S3Origin.of(s3.bucket(), options).object(s3.key()).toString()));
      case SourceReference.Image _, SourceReference.Volume _ ->
          throw new TuneException(
              ExitCode.USAGE,
              "can't download " + source.text(),
              source.text(),
              "images are pulled and volumes are mounted, neither is downloaded",
              "");
    };
  }

  /// A folder by the address: names alone would let two servers' rows.jsonl take turns.
  private static Path folder(Path cache, String address) {
    return cache
        .toAbsolutePath()
        .resolve(Digest.of(address.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 24));
  }

  private static FetchedFiles web(
      SourceReference.Https web, Path folder, SourceOptions options, TransferListener listener) {
    Optional<Secret> header =
        options.headerFrom().map(pointer -> Secret.from(pointer, options.environment()));
    Path target = folder.resolve(fileName(web.uri()));
    try (SourceHttp http = new SourceHttp(options, listener.trace())) {
      FileDownload.Fetched fetched =
          new FileDownload(http, new Retries(options, listener::say), listener)
              .fetch(
                  web.uri(),
                  new WebOrigin(header),
                  Expected.sha256(web.sha256()),
                  target,
                  folder.resolve(".lock"));
      return new FetchedFiles(
          target, List.of(target), fetched.etag(), fetched.bytes(), fetched.sha256());
    }
  }

  /// The last part of the path; its ending says which format it is.
  private static String fileName(URI uri) {
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.isEmpty() || name.startsWith(".") || name.length() > 200 ? "data" : name;
  }

  private static FetchedFiles local(Path path) {
    if (!Files.exists(path)) {
      throw new TuneException(
          ExitCode.NOT_FOUND, "can't read " + path, path.toString(), "no such file or folder", "");
    }
    try (Stream<Path> walk = Files.walk(path)) {
      List<Path> files = walk.filter(Files::isRegularFile).sorted().toList();
      SortedMap<String, Digest> digests = new TreeMap<>();
      long bytes = 0;
      for (Path each : files) {
        digests.put(path.relativize(each).toString(), Digests.of(each));
        bytes += Files.size(each);
      }
      return new FetchedFiles(
          path,
          files,
          Optional.empty(),
          bytes,
          Files.isDirectory(path) ? Digests.together(digests) : digests.get(digests.firstKey()));
    } catch (IOException e) {
      throw Storage.failed("can't read " + path, path.toString(), e);
    }
  }
}
