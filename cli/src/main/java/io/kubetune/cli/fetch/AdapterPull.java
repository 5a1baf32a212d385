package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.ImageSource.ResolvedImage;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Pulls an adapter image into a folder that appears whole or not at all: ours, KAITO's pusher's
/// and ORAS's, from a registry or an OCI layout.
///
/// ```
/// PulledAdapter adapter = new AdapterPull(access)
///     .pull(ImageReference.parse("ghcr.io/team/adapter:v1"), Path.of("adapter"), listener);
/// ```
public record AdapterPull(RegistryAccess access) {
  private static final String ATTEMPTED = "can't pull the adapter";

  /// What may lie beside an adapter's two files and is worth keeping.
  private static final Set<String> COMPANIONS =
      Set.of(
          AdapterFiles.CONFIG,
          AdapterFiles.WEIGHTS,
          "README.md",
          "eval_results.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja");

  public PulledAdapter pull(ImageReference source, Path targetFolder, TransferListener listener) {
    try {
      requireFree(targetFolder);
      ImageSource registry = ImageSource.of(source, access, listener);
      ResolvedImage image = registry.resolve();
      try (NewFolder folder = NewFolder.beside(targetFolder, ATTEMPTED)) {
        new ImageUnpacker(registry, source.toString(), listener)
            .unpack(image, folder.staging(), AdapterPull::belongs);
        Path content = AdapterFiles.locate(folder.staging(), source.toString());
        PulledAdapter adapter =
            AdapterFiles.read(content, folder.target(), image, source.toString());
        folder.commit(content);
        return adapter;
      }
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED, targetFolder.toString(), e);
    }
  }

  /// Before anything is downloaded: a folder without an adapter can't be the same one.
  private static void requireFree(Path target) throws IOException {
    boolean occupied = Files.isDirectory(target) && !Folders.isEmpty(target);
    if (occupied && !Files.exists(target.resolve(AdapterFiles.CONFIG))) {
      throw NewFolder.taken(target, ATTEMPTED, "the folder is not empty");
    }
  }

  /// All of /data, as KAITO takes it; elsewhere only an adapter's own files, so that an image with
  /// an operating system below its adapter is no trouble.
  static boolean belongs(SafePath path) {
    return path.segments().getFirst().equals("data")
        || path.segments().size() <= 2 && COMPANIONS.contains(path.last());
  }
}
