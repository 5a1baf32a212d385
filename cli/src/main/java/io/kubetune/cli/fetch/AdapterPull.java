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

  /// Looks at an adapter before its folder appears; what it throws ends the pull.
  @FunctionalInterface
  public interface Check {
    void check(PulledAdapter adapter);
  }

  /// Makes another form of a pulled adapter: what it writes becomes the target folder instead.
  @FunctionalInterface
  public interface Conversion {
    /// @param peft folder with the adapter as it was pulled
    /// @param converted empty folder to write to
    void convert(Path peft, Path converted) throws IOException;
  }

  /// The adapter in another form.
  public PulledAdapter pullConverted(
      ImageReference source,
      Path targetFolder,
      TransferListener listener,
      Check check,
      Conversion conversion) {
    try {
      if (Files.exists(targetFolder)
          && (!Files.isDirectory(targetFolder) || !Folders.isEmpty(targetFolder))) {
        throw NewFolder.taken(targetFolder, ATTEMPTED, "not an empty folder");
      }
      try (NewFolder folder = NewFolder.beside(targetFolder, ATTEMPTED)) {
        Path peft = folder.staging().resolve("peft");
        PulledAdapter adapter = pull(source, peft, listener, check);
        Path converted = Files.createDirectory(folder.staging().resolve("converted"));
        conversion.convert(peft, converted);
        folder.commit(converted);
        return adapter.in(folder.target(), AdapterFiles.list(folder.target()));
      }
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED, targetFolder.toString(), e);
    }
  }

  public PulledAdapter pull(ImageReference source, Path targetFolder, TransferListener listener) {
    return pull(source, targetFolder, listener, adapter -> {});
  }

  public PulledAdapter pull(
      ImageReference source, Path targetFolder, TransferListener listener, Check check) {
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
        check.check(adapter);
        folder.commit(content);
        return adapter;
      }
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED, targetFolder.toString(), e);
    }
  }

  /// One file of the image, below `/data` or titled by ORAS, into a folder that may have others.
  ///
  /// @param name as it is below `/data`: `adapter_config.json`
  public Path extract(
      ImageReference source, String name, Path targetFolder, TransferListener listener) {
    SafePath wanted = SafePath.parse(name, "--extract-only");
    String attempted = "can't extract " + name;
    Path target = targetFolder.resolve(wanted.toString());
    try {
      ImageSource registry = ImageSource.of(source, access, listener);
      ResolvedImage image = registry.resolve();
      Files.createDirectories(target.toAbsolutePath().getParent());
      try (NewFolder folder = NewFolder.beside(target, attempted)) {
        new ImageUnpacker(registry, source.toString(), listener)
            .unpack(image, folder.staging(), path -> withoutData(path).equals(wanted.toString()));
        Path found = folder.staging().resolve("data").resolve(wanted.toString());
        folder.commitFile(
            Files.exists(found) ? found : folder.staging().resolve(wanted.toString()), source);
        return target;
      }
    } catch (IOException e) {
      throw Storage.failed(attempted, target.toString(), e);
    }
  }

  private static String withoutData(SafePath path) {
    String text = path.toString();
    return text.startsWith("data/") ? text.substring("data/".length()) : text;
  }

  /// Before anything is downloaded: a folder without an adapter can't be the same one.
  private static void requireFree(Path target) throws IOException {
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw NewFolder.taken(target, ATTEMPTED, "not a folder");
    }
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
