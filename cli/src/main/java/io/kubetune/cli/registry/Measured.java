package io.kubetune.cli.registry;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/// Writes a content once to learn its digest and size.
///
/// ```
/// Measured measured = new Measured(content);
/// measured.writeTo(OutputStream.nullOutputStream());
/// Descriptor layer = measured.descriptor(ImageManifest.OCI_LAYER);
/// ```
public final class Measured implements BlobContent {
  private final BlobContent content;
  private volatile Digest digest;
  private volatile long sizeBytes;

  public Measured(BlobContent content) {
    this.content = content;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    MessageDigest sum = Digest.algorithm();
    Counter counter = new Counter(new DigestOutputStream(out, sum));
    content.writeTo(counter);
    sizeBytes = counter.bytes;
    digest = Digest.of(sum);
  }

  /// Of what was written last.
  public Descriptor descriptor(String mediaType) {
    return new Descriptor(mediaType, digest, sizeBytes);
  }

  Digest digest() {
    return digest;
  }

  private static final class Counter extends FilterOutputStream {
    private long bytes;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] chunk, int offset, int length) throws IOException {
      out.write(chunk, offset, length);
      bytes += length;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      bytes++;
    }
  }
}
