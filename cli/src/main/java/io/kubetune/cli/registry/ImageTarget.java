package io.kubetune.cli.registry;

import java.io.IOException;

/// A place that an image is written to: first its contents, then the manifest that makes them one.
///
/// Closing without a commit leaves no image behind, and of a layout on disk nothing at all.
///
/// ```
/// try (ImageTarget target = ImageTarget.of(reference, access, listener)) {
///   target.put(layer, content, "adapter");
///   target.commit(manifest);
/// }
/// ```
public sealed interface ImageTarget extends AutoCloseable permits LayoutTarget, RegistryTarget {

  static ImageTarget of(
      ImageReference reference, RegistryAccess access, TransferListener listener) {
    return switch (reference) {
      case ImageReference.OciLayout layout -> new LayoutTarget(layout, listener);
      case ImageReference.Registry registry -> new RegistryTarget(registry, access, listener);
    };
  }

  /// Stores the content unless it is there already.
  ///
  /// @param title for the progress bar
  void put(Descriptor blob, BlobContent content, String title) throws IOException;

  /// Stores a content whose digest is known only when it is through.
  ///
  /// @param expectedBytes about, for the progress bar
  Descriptor stream(String mediaType, BlobContent content, long expectedBytes, String title)
      throws IOException;

  /// Takes a content from another repository of the same place without moving it; false where that
  /// is not possible and it must be put.
  boolean mount(Descriptor blob, ImageReference from) throws IOException;

  /// Names the manifest: from now on the reference's tag is this image.
  void commit(ImageManifest manifest) throws IOException;

  @Override
  void close();
}
