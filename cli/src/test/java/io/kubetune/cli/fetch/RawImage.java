package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageTarget;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.TransferListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Images that our publisher would never make: any layers, any bytes.
///
/// ```
/// RawImage.write(reference, "{}", RawImage.layer(RawImage.gzip(tar)));
/// ```
final class RawImage {
  private RawImage() {}

  record RawLayer(Descriptor descriptor, byte[] bytes) {}

  static RawLayer layer(byte[] bytes) {
    return new RawLayer(
        new Descriptor(ImageManifest.OCI_LAYER, Digest.of(bytes), bytes.length), bytes);
  }

  /// As `oras push` makes it: the file itself, named by its title.
  static RawLayer titled(String title, byte[] bytes) {
    return new RawLayer(
        new Descriptor(
            "application/vnd.oci.image.layer.v1.tar",
            Digest.of(bytes),
            bytes.length,
            Map.of(Descriptor.TITLE, title)),
        bytes);
  }

  static Digest write(ImageReference reference, String config, RawLayer... layers)
      throws IOException {
    byte[] configBytes = config.getBytes(StandardCharsets.UTF_8);
    Descriptor configDescriptor =
        new Descriptor(ImageManifest.OCI_CONFIG, Digest.of(configBytes), configBytes.length);
    List<Descriptor> descriptors = new ArrayList<>();
    try (ImageTarget target = ImageTarget.of(reference, Patience.none(), TransferListener.SILENT)) {
      for (RawLayer each : layers) {
        target.put(each.descriptor(), out -> out.write(each.bytes()), "raw");
        descriptors.add(each.descriptor());
      }
      target.put(configDescriptor, out -> out.write(configBytes), "raw");
      ImageManifest manifest =
          ImageManifest.write(
              configDescriptor, descriptors, Map.of("sh.kaito.model.name", "phi-4"));
      target.commit(manifest);
      return manifest.digest();
    }
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /// Writes entries as they are given, hostile or not.
  static final class Tar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

    Tar() {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    Tar file(String name, byte[] content) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(name, true);
      entry.setSize(content.length);
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
      return this;
    }

    Tar file(String name, String content) throws IOException {
      return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// GNU's way of a name that the header has no room for: an entry whose content is the name.
    Tar longName(int length) throws IOException {
      TarArchiveEntry entry =
          new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
      entry.setSize(length);
      out.putArchiveEntry(entry);
      out.write(new byte[length]);
      out.closeArchiveEntry();
      return file("data/x", "x");
    }

    /// @param flag of `TarConstants`: a link, a device, a pipe
    Tar special(String name, byte flag, String linkTarget) throws IOException {
      TarArchiveEntry entry = new TarArchiveEntry(name, flag, true);
      entry.setLinkName(linkTarget);
      out.putArchiveEntry(entry);
      out.closeArchiveEntry();
      return this;
    }

    byte[] bytes() throws IOException {
      out.close();
      return bytes.toByteArray();
    }
  }
}
