package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.source.FileLocks;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What images hold under `/data`, each pulled once by its digest into a folder that many processes
/// share: locked, verified and renamed.
///
/// ```
/// images--HOST--REPOSITORY/DIGEST/FILE
/// ```
///
/// @param root that the models of the hub are in too ([io.kubetune.cli.source]), each in Python's
///   layout
/// @param layersBeside layers are kept beside the folder while they come, and go when all are
///   there; false: the access's own cache has them, where the next image finds those that it shares
public record ImageCache(Path root, RegistryAccess access, boolean layersBeside) {
  private static final String ATTEMPTED = "can't keep the image";

  /// A model is large and seldom changes.
  public static ImageCache ofModels(Path root, RegistryAccess access) {
    return new ImageCache(root, access, true);
  }

  /// Rows are small beside it, and their next version shares most layers.
  public static ImageCache ofRows(Path root, RegistryAccess access) {
    return new ImageCache(root, access, false);
  }

  public DataPull.PulledData pull(ImageReference source, TransferListener listener) {
    try {
      Digest digest = ImageSource.of(source, access, listener).resolve().digest();
      Path target = root.toAbsolutePath().resolve(folderName(source)).resolve(digest.hex());
      if (!Files.isDirectory(target)) {
        make(source, digest, target, listener);
      }
      List<Path> files = Folders.files(target);
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(target.resolve(file));
      }
      return new DataPull.PulledData(target, digest, files, bytes);
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED, root.toString(), e);
    }
  }

  private static String folderName(ImageReference source) {
    String name =
        switch (source) {
          case ImageReference.Registry registry -> registry.host() + "/" + registry.repository();
          case ImageReference.OciLayout layout -> layout.dir().toString();
        };
    return "images--" + name.replaceAll("[/:]", "--");
  }

  /// By its digest: the tag may have moved meanwhile.
  private static ImageReference pinned(ImageReference source, Digest digest) {
    return switch (source) {
      case ImageReference.Registry(var host, var repository, var tag, _) ->
          new ImageReference.Registry(host, repository, tag, Optional.of(digest));
      case ImageReference.OciLayout layout -> layout;
    };
  }

  private void make(ImageReference source, Digest digest, Path target, TransferListener listener)
      throws IOException {
    Path lock =
        root.toAbsolutePath()
            .resolve(".locks")
            .resolve(folderName(source))
            .resolve(digest.hex() + ".lock");
    try (FileLocks _ =
        FileLocks.hold(
            lock, owner -> listener.say(source + ": waiting for " + owner + ", which pulls it"))) {
      if (Files.isDirectory(target)) {
        return;
      }
      removeLeftovers(target);
      if (layersBeside) {
        beside(pinned(source, digest), target, listener);
      } else {
        new DataPull(access).pull(pinned(source, digest), target, listener);
      }
    }
  }

  /// Layers as they come, so that the next goes on with what a killed one has of them.
  private void beside(ImageReference pinned, Path target, TransferListener listener)
      throws IOException {
    Path layers = target.resolveSibling("." + target.getFileName() + ".layers");
    try {
      new DataPull(access.withCache(layers)).pull(pinned, target, listener);
    } catch (TuneException e) {
      if (e.exitCode() == ExitCode.STORAGE) {
        Folders.delete(layers); // A full disk is not to stay full of what can't be used.
      }
      throw e;
    }
    Folders.delete(layers);
  }

  /// What a puller was unpacking when it was killed: nobody else can be at it, for the lock is
  /// ours.
  private static void removeLeftovers(Path target) throws IOException {
    if (!Files.isDirectory(target.getParent())) {
      return;
    }
    String begun = "." + target.getFileName() + ".partial-";
    try (Stream<Path> beside = Files.list(target.getParent())) {
      for (Path each :
          beside.filter(file -> file.getFileName().toString().startsWith(begun)).toList()) {
        Folders.delete(each);
      }
    }
  }
}
