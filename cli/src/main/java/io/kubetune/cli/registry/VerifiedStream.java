package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/// Passes bytes on and fails at the end where they are not those that the descriptor names: so
/// nobody sees a clean end of a wrong content.
///
/// ```
/// new VerifiedStream(in, layer, "ghcr.io/team/adapter").transferTo(out);
/// ```
final class VerifiedStream extends FilterInputStream {
  private final Descriptor expected;
  private final String place;
  private final Verdict verdict;
  private final MessageDigest digest = Digest.algorithm();
  private long seenBytes;
  private boolean ended;

  /// Is told, once, whether the bytes were those that the descriptor names.
  @FunctionalInterface
  interface Verdict {
    void verified(boolean right) throws IOException;
  }

  VerifiedStream(InputStream in, Descriptor expected, String place) {
    this(in, expected, place, right -> {});
  }

  VerifiedStream(InputStream in, Descriptor expected, String place, Verdict verdict) {
    super(in);
    this.expected = expected;
    this.place = place;
    this.verdict = verdict;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    if (count > 0) {
      seenBytes += count;
      digest.update(buffer, offset, count);
      if (seenBytes > expected.sizeBytes()) {
        throw wrong("more than its " + expected.sizeBytes() + " bytes");
      }
    } else if (count < 0 && !ended) {
      ended = true;
      if (seenBytes != expected.sizeBytes()) {
        throw wrong(seenBytes + " of its " + expected.sizeBytes() + " bytes");
      }
      Digest found = Digest.of(digest);
      if (!found.equals(expected.digest())) {
        throw wrong("bytes of the digest " + found);
      }
      verdict.verified(true);
    }
    return count;
  }

  /// By reading: what is skipped counts for the digest too.
  @Override
  public long skip(long count) throws IOException {
    int read = read(new byte[(int) Math.clamp(count, 0, 1 << 16)]);
    return Math.max(0, read);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private TuneException wrong(String found) throws IOException {
    ended = true;
    verdict.verified(false);
    return new TuneException(
        ExitCode.REGISTRY,
        "can't trust the image",
        place + " " + expected.digest(),
        "the content has " + found,
        "pull again; if it stays so, the image is damaged where it is stored");
  }
}
