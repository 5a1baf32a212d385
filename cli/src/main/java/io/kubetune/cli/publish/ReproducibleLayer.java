package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.Measured;
import java.io.IOException;
import java.io.OutputStream;

/// Files as one layer of an image whose name is known.
///
/// ```
/// ReproducibleLayer.measure(LayerFiles.of(Map.of("/data/rows.jsonl", file))).descriptor();
/// ```
///
/// @param diffId digest of the tar before gzip, which the image's config lists
record ReproducibleLayer(LayerFiles files, Descriptor descriptor, Digest diffId) {

  /// Reads all files once to learn the layer's digest and size.
  static ReproducibleLayer measure(LayerFiles files) throws IOException {
    Measured measured = new Measured(files);
    measured.writeTo(OutputStream.nullOutputStream());
    return new ReproducibleLayer(
        files, measured.descriptor(ImageManifest.OCI_LAYER), files.diffId());
  }
}
