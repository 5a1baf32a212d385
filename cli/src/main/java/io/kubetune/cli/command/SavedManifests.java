package io.kubetune.cli.command;

import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.render.Manifest;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `--save-manifests`: a file for each manifest, for `kubectl apply -f FOLDER`.
///
/// ```
/// SavedManifests.write(folder, manifests); // FOLDER/bot-config.configmap.yaml, FOLDER/bot.job.yaml
/// ```
final class SavedManifests {
  private SavedManifests() {}

  /// @throws TuneException ALREADY_EXISTS where a file of other content is there, and then nothing
  ///   is written
  static void write(Path folder, List<Manifest> manifests) {
    Map<Path, byte[]> files = new LinkedHashMap<>();
    List<Problem> taken = new ArrayList<>();
    try {
      for (Manifest each : manifests) {
        String name = each.name() + "." + each.kind().toLowerCase(Locale.ROOT) + ".yaml";
        Path file = folder.resolve(name);
        byte[] text = ManifestText.yaml(List.of(each)).getBytes(StandardCharsets.UTF_8);
        if (Files.exists(file) && !java.util.Arrays.equals(Files.readAllBytes(file), text)) {
          taken.add(new Problem(file.toString(), "there is another manifest", "name a new folder"));
        }
        files.put(file, text);
      }
      if (!taken.isEmpty()) {
        throw new TuneException(ExitCode.ALREADY_EXISTS, "can't save the manifests", taken);
      }
      Files.createDirectories(folder);
      for (Map.Entry<Path, byte[]> each : files.entrySet()) {
        Path aside = each.getKey().resolveSibling("." + each.getKey().getFileName() + ".new");
        Files.write(aside, each.getValue());
        Files.move(aside, each.getKey(), StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't save the manifests",
          folder.toString(),
          Storage.reason(e),
          "name a folder that can be written",
          e);
    }
  }
}
