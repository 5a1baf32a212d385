package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.StallGuard;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Loads one file: goes on where it broke, checks what arrived, and renames it into its place.
///
/// ```
/// new FileDownload(http, retries, listener).fetch(uri, origin, Expected.NOTHING, target, lock);
/// ```
record FileDownload(SourceHttp http, Retries retries, TransferListener listener) {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int PAGE_BYTES = 64;

  /// @param etag of the server
  /// @param loaded false: what was there already is still what the server has
  record Fetched(long bytes, Digest sha256, Optional<String> etag, boolean loaded) {}

  /// @param lock held while the file is made, so that two processes do not make it both
  Fetched fetch(URI uri, Origin origin, Expected expected, Path target, Path lock) {
    String shown = SourceReference.shown(uri);
    try (FileLocks _ =
        FileLocks.hold(
            lock,
            owner -> listener.say(shown + ": waiting for " + owner + ", which downloads it"))) {
      Optional<Fetched> there = pinned(expected, target);
      if (there.isPresent()) {
        return there.get();
      }
      try (PartialFile partial = new PartialFile(target)) {
        Transfer transfer = new Transfer(uri, origin, expected, target, partial);
        try {
          return retries.call(shown, partial::sizeBytes, transfer::attempt);
        } finally {
          transfer.closeItem();
        }
      }
    } catch (IOException e) {
      throw Storage.failed("can't write " + target, target.toString(), e);
    }
  }

  /// A file whose digest is known beforehand needs no server where it is there already.
  private static Optional<Fetched> pinned(Expected expected, Path target) throws IOException {
    boolean known = expected.sha256().isPresent() || expected.gitBlob().isPresent();
    if (!known || !Files.isRegularFile(target)) {
      return Optional.empty();
    }
    long bytes = Files.size(target);
    Digest digest = Digests.of(target);
    return expected.differs(bytes, digest, target).isPresent()
        ? Optional.empty()
        : Optional.of(new Fetched(bytes, digest, PartialFile.etagOf(target), false));
  }

  /// One file's way through several attempts.
  private final class Transfer {
    private final URI uri;
    private final Origin origin;
    private final Expected expected;
    private final Path target;
    private final PartialFile partial;
    private TransferListener.Item item;

    private Transfer(URI uri, Origin origin, Expected expected, Path target, PartialFile partial) {
      this.uri = uri;
      this.origin = origin;
      this.expected = expected;
      this.target = target;
      this.partial = partial;
    }

    private Fetched attempt() throws IOException {
      try (Answer answer = http.file(uri, origin, headers())) {
        switch (answer.status()) {
          case 200 -> startAnew(answer);
          case 206 -> goOn(answer);
          case 304 -> {
            return new Fetched(
                Files.size(target), Digests.of(target), PartialFile.etagOf(target), false);
          }
          case 416 -> {
            // Longer than the server's file: it is another file.
            partial.restart();
            throw new IOException("the server has no such range of the file");
          }
          default -> throw origin.refused(answer);
        }
        copy(answer);
        return finish(answer);
      }
    }

    private Map<String, String> headers() {
      Map<String, String> headers = new HashMap<>();
      // A compressed answer could not be gone on with.
      headers.put("Accept-Encoding", "identity");
      Optional<String> etag = partial.etag();
      boolean verified = expected.sha256().isPresent() || expected.gitBlob().isPresent();
      if (partial.sizeBytes() > 0 && (etag.isPresent() || verified)) {
        headers.put("Range", "bytes=" + partial.sizeBytes() + "-");
        etag.filter(FileDownload::isStrong).ifPresent(tag -> headers.put("If-Range", tag));
      } else if (partial.sizeBytes() == 0 && Files.isRegularFile(target) && !verified) {
        etag.ifPresent(tag -> headers.put("If-None-Match", tag));
      }
      return headers;
    }

    private void startAnew(Answer answer) {
      refusePage(answer);
      advance(-partial.sizeBytes());
      partial.startsAs(answer.header("ETag").filter(FileDownload::isStrong));
      long length = answer.header("Content-Length").map(Long::parseLong).orElse(-1L);
      begin(length);
      partial.needs(Math.max(0, length));
    }

    private void goOn(Answer answer) throws IOException {
      Matcher range = CONTENT_RANGE.matcher(answer.header("Content-Range").orElse(""));
      if (!range.matches() || Long.parseLong(range.group(1)) != partial.sizeBytes()) {
        partial.restart();
        throw new IOException("the server answered with another range than asked for");
      }
      if (!range.group(2).equals("*")) {
        long total = Long.parseLong(range.group(2));
        begin(total);
        partial.needs(total - partial.sizeBytes());
      }
    }

    private void copy(Answer answer) throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      long announced = answer.header("Content-Length").map(Long::parseLong).orElse(-1L);
      long arrived = 0;
      try (InputStream in = new StallGuard(answer.body(), retries.options().stall())) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (partial.sizeBytes() == 0 && isPage(buffer, count)) {
            throw page();
          }
          partial.append(buffer, count);
          arrived += count;
          advance(count);
        }
      }
      if (announced >= 0 && arrived < announced) {
        throw new IOException(
            "the connection ended after %,d of %,d bytes".formatted(arrived, announced));
      }
    }

    private Fetched finish(Answer answer) throws IOException {
      Digest digest = partial.sha256();
      Optional<String> different = expected.differs(partial.sizeBytes(), digest, partial.path());
      if (different.isPresent()) {
        advance(-partial.sizeBytes());
        if (partial.isInherited()) {
          // A node that lost its power may have kept a length without the bytes.
          partial.restart();
          throw new IOException("an earlier download left it damaged (" + different.get() + ")");
        }
        partial.discard();
        throw new TuneException(
            ExitCode.SOURCE,
            "can't use what was downloaded from " + SourceReference.shown(uri),
            SourceReference.shown(answer.uri()),
            different.get(),
            "nothing of it was kept; has the file changed on the server?");
      }
      partial.publish();
      return new Fetched(partial.sizeBytes(), digest, answer.header("ETag"), true);
    }

    private void begin(long totalBytes) {
      if (item == null) {
        item = listener.begin(target.getFileName().toString(), totalBytes);
        advance(partial.sizeBytes());
      }
    }

    private void advance(long bytes) {
      if (item != null && bytes != 0) {
        item.advance(bytes);
      }
    }

    private void closeItem() {
      if (item != null) {
        item.close();
      }
    }

    private void refusePage(Answer answer) {
      if (answer.isPage() && !wantsPage()) {
        throw page();
      }
    }

    private boolean wantsPage() {
      return String.valueOf(uri.getPath()).matches("(?i).*\\.html?");
    }

    private boolean isPage(byte[] bytes, int count) {
      String head =
          new String(bytes, 0, Math.min(count, PAGE_BYTES), StandardCharsets.ISO_8859_1)
              .strip()
              .toLowerCase(Locale.ROOT);
      return !wantsPage() && (head.startsWith("<!doctype html") || head.startsWith("<html"));
    }

    private TuneException page() {
      return new TuneException(
          ExitCode.SOURCE,
          "can't use what was downloaded from " + SourceReference.shown(uri),
          SourceReference.shown(uri),
          "the server answered a web page, not the file",
          "open the address in a browser: it may want a login, or be the page about the file");
    }
  }

  /// A weak ETag (RFC 9110, 8.8.1) does not say that the bytes are the same.
  private static boolean isStrong(String etag) {
    return etag.startsWith("\"");
  }
}
