package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;

/// An image that can be read: first its manifest, then its contents, each checked against its
/// digest and size as it streams.
///
/// ```
/// ImageSource source = ImageSource.of(reference, access, listener);
/// ResolvedImage image = source.resolve();
/// try (InputStream layer = source.open(image.manifest().layers().getFirst())) { … }
/// ```
public sealed interface ImageSource permits LayoutSource, RegistrySource {

  static ImageSource of(
      ImageReference reference, RegistryAccess access, TransferListener listener) {
    return switch (reference) {
      case ImageReference.OciLayout layout -> new LayoutSource(layout);
      case ImageReference.Registry registry -> new RegistrySource(registry, access, listener);
    };
  }

  /// The image that the tag names now. What is read afterwards is named by digest, so a tag that
  /// moves meanwhile changes nothing.
  ResolvedImage resolve() throws IOException;

  /// The content's bytes. The stream ends with an error where they are more, fewer or others than
  /// the descriptor says.
  InputStream open(Descriptor content) throws IOException;

  /// Whether what was read once is near afterwards, so that reading ahead pays.
  boolean keeps();

  /// @param digest what the tag named: of an index, where there is one above the manifest
  record ResolvedImage(Digest digest, ImageManifest manifest) {}
}
