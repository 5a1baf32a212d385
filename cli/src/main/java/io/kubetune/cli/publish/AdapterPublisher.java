package io.kubetune.cli.publish;

import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageTarget;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Packages a finished adapter as the image that KAITO's inference unpacks: one layer with
/// `/data/adapter_config.json` and `/data/adapter_model.safetensors`.
///
/// The layer is Jib's, byte for byte. The manifest is ours, because that of Jib 0.28.1 has no
/// annotations and KAITO wants `sh.kaito.model.name` there, and because Jib writes no OCI layout.
///
/// ```
/// new AdapterPublisher(access, System.getenv())
///     .publish(results, ImageReference.parse("oci:out:v1"), Provenance.of("phi-4"), listener);
/// ```
///
/// @param environment for `SOURCE_DATE_EPOCH`
public record AdapterPublisher(RegistryAccess access, Map<String, String> environment) {
  public static final List<String> FILES =
      List.of("adapter_config.json", "adapter_model.safetensors");

  /// @param resultsFolder the run directory of the contract
  public Published publish(
      Path resultsFolder, ImageReference target, Provenance provenance, TransferListener listener) {
    Map<String, Path> files = require(resultsFolder);
    ReproducibleLayer layer = measure(files, resultsFolder);
    var created = provenance.createdOrEpoch(environment);
    ImageConfig config = ImageConfig.of(created, List.of(layer.diffId()), Map.of());
    ImageManifest manifest =
        ImageManifest.write(
            config.descriptor(), List.of(layer.descriptor()), provenance.annotations(environment));
    try (ImageTarget image = ImageTarget.of(target, access, listener)) {
      image.put(layer.descriptor(), layer.files(), "adapter");
      image.put(config.descriptor(), out -> out.write(config.bytes()), "config");
      image.commit(manifest);
    } catch (IOException e) {
      throw Storage.failed("can't publish the adapter as " + target, target.toString(), e);
    }
    return new Published(target, manifest.digest(), manifest.transferBytes());
  }

  private static Map<String, Path> require(Path resultsFolder) {
    Map<String, Path> files = new TreeMap<>();
    List<Problem> missing = new ArrayList<>();
    for (String name : FILES) {
      Path file = resultsFolder.resolve(name);
      files.put("/data/" + name, file);
      if (!Files.isRegularFile(file)) {
        missing.add(new Problem(file.toString(), "missing", "has the run completed?"));
      }
    }
    if (!missing.isEmpty()) {
      throw new TuneException(ExitCode.NOT_FOUND, "can't publish the adapter", missing);
    }
    return files;
  }

  private static ReproducibleLayer measure(Map<String, Path> files, Path folder) {
    try {
      return ReproducibleLayer.measure(LayerFiles.of(files));
    } catch (IOException e) {
      throw Storage.failed("can't read the adapter", folder.toString(), e);
    }
  }
}
