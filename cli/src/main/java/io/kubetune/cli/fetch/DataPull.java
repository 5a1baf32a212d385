package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.ImageSource.ResolvedImage;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Pulls what an image holds under `/data`, or the files of an ORAS artifact, into a folder that
/// appears whole or not at all: a data set or a model.
///
/// ```
/// PulledData data = new DataPull(access)
///     .pull(ImageReference.parse("ghcr.io/team/data:v1"), Path.of("data"), listener);
/// ```
public record DataPull(RegistryAccess access) {
  private static final String ATTEMPTED = "can't pull the data";

  /// @param digest what the tag named when it was pulled
  /// @param files relative to the folder, sorted
  public record PulledData(Path folder, Digest digest, List<Path> files, long bytes) {

    /// A file or folder of it; all of it for an empty name.
    ///
    /// @throws TuneException NOT_FOUND where there is none
    public Path at(String name) {
      Path found = folder.resolve(name).normalize();
      if (found.startsWith(folder.normalize()) && Files.exists(found)) {
        return name.isEmpty() ? folder : found;
      }
      throw new TuneException(
          ExitCode.NOT_FOUND,
          ATTEMPTED,
          "/data/" + name,
          "the image has no such file",
          "it has "
              + files.stream().limit(5).map(Path::toString).collect(Collectors.joining(", "))
              + (files.size() > 5 ? ", …" : ""));
    }
  }

  public PulledData pull(ImageReference source, Path targetFolder, TransferListener listener) {
    try {
      ImageSource registry = ImageSource.of(source, access, listener);
      ResolvedImage image = registry.resolve();
      try (NewFolder folder = NewFolder.beside(targetFolder, ATTEMPTED)) {
        boolean artifact = ImageUnpacker.isArtifact(image.manifest());
        new ImageUnpacker(registry, source.toString(), listener)
            .unpack(image, folder.staging(), path -> artifact || isData(path));
        Path data = folder.staging().resolve("data");
        Path content = Files.isDirectory(data) || !artifact ? data : folder.staging();
        List<Path> files = Files.isDirectory(content) ? Folders.files(content) : List.of();
        if (files.isEmpty()) {
          throw empty(source);
        }
        long bytes = 0;
        for (Path file : files) {
          bytes += Files.size(content.resolve(file));
        }
        folder.commit(content);
        return new PulledData(folder.target(), image.digest(), files, bytes);
      }
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED, targetFolder.toString(), e);
    }
  }

  private static boolean isData(SafePath path) {
    return path.segments().getFirst().equals("data");
  }

  private static TuneException empty(ImageReference source) {
    return new TuneException(
        ExitCode.NOT_FOUND,
        ATTEMPTED,
        source.toString(),
        "no file under /data",
        "push the files with kubectl tune data push");
  }
}
