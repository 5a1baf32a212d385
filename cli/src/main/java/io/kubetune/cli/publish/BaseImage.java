package io.kubetune.cli.publish;

import io.kubetune.cli.publish.DataPublisher.BuiltLayer;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.ImageTarget;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An image that others are added to: its layers stay as they are, its config is kept and
/// continued.
///
/// ```
/// BaseImage base = BaseImage.read(reference, access, listener);
/// ```
record BaseImage(
    ImageReference reference, ImageSource source, ImageManifest manifest, ObjectNode config) {
  private static final int LARGEST_CONFIG_BYTES = 4 << 20;

  static BaseImage read(ImageReference reference, RegistryAccess access, TransferListener listener)
      throws IOException {
    ImageSource source = ImageSource.of(reference, access, listener);
    ImageManifest manifest = source.resolve().manifest();
    try (InputStream in = source.open(manifest.config())) {
      JsonNode config = Json.MAPPER.readTree(in.readNBytes(LARGEST_CONFIG_BYTES));
      if (config instanceof ObjectNode node
          && node.path("rootfs").path("diff_ids").size() == manifest.layers().size()) {
        return new BaseImage(reference, source, manifest, node);
      }
    } catch (JacksonException e) {
      throw noImage(reference);
    }
    throw noImage(reference);
  }

  /// The work of getting each layer into the target.
  List<Callable<BuiltLayer>> copies(ImageTarget target) {
    List<Callable<BuiltLayer>> work = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      String id = config.path("rootfs").path("diff_ids").path(i).asString("");
      Digest diffId = Digest.parse(id).orElseThrow(() -> noImage(reference));
      work.add(() -> {
        if (!target.mount(layer, reference)) {
          target.put(layer, out -> copy(layer, out), "base layer");
        }
        return new BuiltLayer(layer, diffId);
      });
    }
    return work;
  }

  /// The base's config with the new layers; what it says of user, environment and platform stays.
  ImageConfig configWith(List<Digest> diffIds, Instant created) {
    ObjectNode node = config.deepCopy();
    node.put("created", created.toString());
    var ids = node.withObject("rootfs").putArray("diff_ids");
    diffIds.forEach(id -> ids.add(id.toString()));
    int added = diffIds.size() - manifest.layers().size();
    var history = node.withArray("history");
    for (int i = 0; i < added; i++) {
      history.addObject().put("created", created.toString()).put("created_by", "kubectl tune");
    }
    return new ImageConfig(Json.MAPPER.writeValueAsBytes(node));
  }

  private void copy(Descriptor layer, OutputStream out) throws IOException {
    try (InputStream in = source.open(layer)) {
      in.transferTo(out);
    }
  }

  private static TuneException noImage(ImageReference reference) {
    return new TuneException(
        ExitCode.REGISTRY,
        "can't add to the image",
        reference.toString(),
        "its config lists no layers, so it is no container image",
        "name another image with --from");
  }
}
