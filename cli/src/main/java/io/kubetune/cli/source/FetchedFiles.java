package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a source gave.
///
/// @param root the folder that all files are in, or the file itself where there is one alone
/// @param files by path
/// @param revision what was fetched exactly: a commit of the hub, an ETag; empty for local files
/// @param bytes of all files
/// @param digest SHA-256 of the lines that sha256sum would print for the files below the root, in
///   the order of their paths; a single file's own SHA-256
public record FetchedFiles(
    Path root, List<Path> files, Optional<String> revision, long bytes, Digest digest) {

  public FetchedFiles {
    files = List.copyOf(files);
  }
}
