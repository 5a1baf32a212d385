package io.kubetune.cli.registry;

import io.kubetune.contract.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes an image into an OCI layout on disk; other tags of the layout stay, and two writers at
/// once do not harm each other.
///
/// ```
/// ImageTarget target = new LayoutTarget(new ImageReference.OciLayout(Path.of("out"), "v1"), listener);
/// ```
final class LayoutTarget implements ImageTarget {
  private static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";

  /// File locks tell processes apart, not threads.
  private static final ReentrantLock INDEX_LOCK = new ReentrantLock();

  private final ImageReference.OciLayout reference;
  private final TransferListener listener;
  private final List<Path> created = new ArrayList<>();
  private boolean committed;

  LayoutTarget(ImageReference.OciLayout reference, TransferListener listener) {
    this.reference = reference;
    this.listener = listener;
  }

  @Override
  public synchronized void put(Descriptor blob, BlobContent content, String title)
      throws IOException {
    try (TransferListener.Item item = listener.begin(title, blob.sizeBytes())) {
      Path file = LayoutSource.blob(reference.dir(), blob.digest());
      if (Files.isRegularFile(file) && Files.size(file) == blob.sizeBytes()) {
        item.advance(blob.sizeBytes());
        return;
      }
      write(blob.mediaType(), content, Optional.of(blob));
      item.advance(blob.sizeBytes());
    }
  }

  @Override
  public synchronized Descriptor stream(
      String mediaType, BlobContent content, long expectedBytes, String title) throws IOException {
    try (TransferListener.Item item = listener.begin(title, expectedBytes)) {
      Descriptor written = write(mediaType, content, Optional.empty());
      item.advance(expectedBytes);
      return written;
    }
  }

  @Override
  public boolean mount(Descriptor blob, ImageReference from) {
    return Files.isRegularFile(LayoutSource.blob(reference.dir(), blob.digest()));
  }

  @Override
  public void commit(ImageManifest manifest) throws IOException {
    requireContents(manifest);
    Descriptor descriptor =
        new Descriptor(manifest.mediaType(), manifest.digest(), manifest.bytes().length);
    put(descriptor, out -> out.write(manifest.bytes()), "manifest");
    Path marker = reference.dir().resolve("oci-layout");
    if (!Files.exists(marker)) {
      replace(marker, LAYOUT.getBytes(StandardCharsets.UTF_8));
      created.add(marker);
    }
    INDEX_LOCK.lock();
    try (FileChannel channel = FileChannel.open(marker, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assert lock.isValid();
      Path index = reference.dir().resolve("index.json");
      replace(index, Json.MAPPER.writeValueAsBytes(indexWith(index, descriptor)));
    } finally {
      INDEX_LOCK.unlock();
    }
    committed = true;
  }

  @Override
  public void close() {
    if (committed) {
      return;
    }
    // Newest first, so that folders are empty when their turn comes.
    for (Path path : created.reversed()) {
      try {
        Files.deleteIfExists(path);
      } catch (DirectoryNotEmptyException e) {
        // Another image's contents are in it by now.
        listener.say("kept, as it is in use: " + path);
      } catch (IOException e) {
        listener.say("left behind, and of no use: " + path);
      }
    }
  }

  /// Another writer that failed may have taken back what this one found there.
  private void requireContents(ImageManifest manifest) throws IOException {
    List<Descriptor> contents = new ArrayList<>(manifest.layers());
    contents.add(manifest.config());
    for (Descriptor each : contents) {
      if (!Files.isRegularFile(LayoutSource.blob(reference.dir(), each.digest()))) {
        throw new IOException("the content " + each.digest() + " vanished; publish again");
      }
    }
  }

  /// The index with this tag pointing here. A manifest that loses its tag leaves the index; its
  /// bytes stay until the folder is removed, because another index may name them.
  private ObjectNode indexWith(Path index, Descriptor manifest) throws IOException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("schemaVersion", 2);
    node.put("mediaType", ImageManifest.OCI_INDEX);
    ArrayNode manifests = node.putArray("manifests");
    if (Files.exists(index)) {
      JsonNode before = ImageManifest.parse(Files.readAllBytes(index), index.toString());
      for (JsonNode each : before.path("manifests")) {
        String tag = each.path("annotations").path(LayoutSource.TAG).asString("");
        if (!tag.equals(reference.tag())) {
          manifests.add(each);
        }
      }
    }
    ObjectNode own = manifest.json();
    own.putObject("annotations").put(LayoutSource.TAG, reference.tag());
    manifests.add(own);
    return node;
  }

  /// Writes aside, checks, renames to the digest.
  private Descriptor write(String mediaType, BlobContent content, Optional<Descriptor> expected)
      throws IOException {
    Path folder = reference.dir().resolve("blobs").resolve("sha256");
    folders(folder);
    Path aside = Files.createTempFile(folder, ".writing-", "");
    try {
      Descriptor written;
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE);
          DigestOutputStream out =
              new DigestOutputStream(
                  new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16),
                  Digest.algorithm())) {
        content.writeTo(out);
        out.flush();
        channel.force(true);
        written = new Descriptor(mediaType, Digest.of(out.getMessageDigest()), channel.size());
      }
      boolean other =
          expected
              .filter(
                  e -> !e.digest().equals(written.digest()) || e.sizeBytes() != written.sizeBytes())
              .isPresent();
      if (other) {
        throw new IOException("a file changed while it was packaged");
      }
      readable(aside);
      Path file = LayoutSource.blob(reference.dir(), written.digest());
      boolean fresh = !Files.exists(file);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
      if (fresh) {
        created.add(file);
      }
      return written;
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static void replace(Path file, byte[] bytes) throws IOException {
    Path aside = Files.createTempFile(file.getParent(), ".writing-", "");
    try {
      try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel)) {
        out.write(bytes);
        out.flush();
        channel.force(true);
      }
      readable(aside);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /// Temporary files are for their owner alone; a layout is for whoever may see the folder.
  private static void readable(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  private void folders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getParent() != null) {
      folders(folder.getParent());
    }
    Files.createDirectory(folder);
    created.add(folder);
  }
}
