package io.kubetune.cli.source;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One repository in the cache that huggingface_hub for Python keeps, in its layout, so that both
/// use each other's downloads.
///
/// ```
/// models--org--name/refs/main              the commit
/// models--org--name/blobs/ETAG             contents
/// models--org--name/snapshots/COMMIT/FILE  links to ../../blobs/ETAG
/// ```
///
/// @param root that holds all repositories
record HubCache(Path root, SourceReference.HuggingFace repository) {

  /// `--model-cache`, `$HF_HUB_CACHE`, `$HF_HOME/hub`, or `~/.cache/huggingface/hub`.
  static HubCache of(SourceReference.HuggingFace repository, SourceOptions options) {
    Path root =
        options
            .modelCache()
            .or(() -> options.variable("HF_HUB_CACHE").map(Path::of))
            .orElseGet(() -> home(options).resolve("hub"));
    return new HubCache(root.toAbsolutePath().normalize(), repository);
  }

  /// `$HF_HOME`, or `$XDG_CACHE_HOME/huggingface`.
  static Path home(SourceOptions options) {
    return options
        .variable("HF_HOME")
        .map(Path::of)
        .orElseGet(() -> options.cacheHome().resolve("huggingface"));
  }

  private String folderName() {
    return repository.kind().plural() + "--" + repository.repository().replace("/", "--");
  }

  private Path folder() {
    return root.resolve(folderName());
  }

  Path blob(String etag) {
    return folder().resolve("blobs").resolve(etag);
  }

  Path lock(String etag) {
    return root.resolve(".locks").resolve(folderName()).resolve(etag + ".lock");
  }

  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  /// The commit that a revision was when it was last asked for.
  Optional<String> commit(String revision) {
    if (isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = folder().resolve("refs").resolve(revision);
    try {
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip())
          : Optional.empty();
    } catch (IOException e) {
      throw Storage.failed("can't read the model cache", ref.toString(), e);
    }
  }

  static boolean isCommit(String revision) {
    return revision.matches("[0-9a-f]{40}");
  }

  /// Notes which commit a branch or tag is.
  void refer(String revision, String commit) {
    if (isCommit(revision) || commit(revision).equals(Optional.of(commit))) {
      // Not written again: a cache that has all may be read-only.
      return;
    }
    Path ref = folder().resolve("refs").resolve(revision);
    try {
      Files.createDirectories(ref.getParent());
      Path aside = Files.createTempFile(ref.getParent(), ".ref-", "");
      Files.writeString(aside, commit);
      Files.move(aside, ref, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Storage.failed("can't write the model cache", ref.toString(), e);
    }
  }

  /// Makes a file of a snapshot a relative link to its blob; a link that is there already may be
  /// another process's.
  Path link(String commit, String path, String etag) {
    Path file = snapshot(commit).resolve(path);
    try {
      Files.createDirectories(file.getParent());
      Path blob = file.getParent().relativize(blob(etag));
      if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).equals(blob)) {
        return file;
      }
      Files.deleteIfExists(file);
      try {
        Files.createSymbolicLink(file, blob);
      } catch (FileAlreadyExistsException e) {
        // Another process made the same link meanwhile.
        return file;
      } catch (UnsupportedOperationException e) {
        Files.createLink(file, blob(etag));
      }
      return file;
    } catch (IOException e) {
      throw Storage.failed("can't write the model cache", file.toString(), e);
    }
  }

  /// All files of a snapshot whose content is there, as paths below it.
  ///
  /// @throws TuneException NOT_FOUND where nothing was downloaded yet
  List<String> cached(String revision) {
    Path snapshot = snapshot(commit(revision).orElse("none"));
    try (Stream<Path> files = Files.walk(snapshot)) {
      List<String> found =
          files
              .filter(Files::isRegularFile)
              .map(file -> snapshot.relativize(file).toString())
              .sorted()
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (IOException e) {
      // Told below: there is no such folder, or nothing in it that can be read.
    }
    throw new TuneException(
        ExitCode.NOT_FOUND,
        "can't find " + repository.text() + " on this machine",
        folder().toString(),
        "revision '"
            + revision
            + "' is not in the cache, and HF_HUB_OFFLINE forbids to ask the hub",
        "unset HF_HUB_OFFLINE, or name the folder of the cache by HF_HUB_CACHE");
  }
}
