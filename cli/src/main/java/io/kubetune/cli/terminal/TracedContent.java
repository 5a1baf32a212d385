package io.kubetune.cli.terminal;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// A body as it passes by: kept as far as it is text that may be shown, counted in any case.
///
/// ```
/// TracedContent content = TracedContent.of(Optional.of("application/json"));
/// content.add(bytes, 0, bytes.length);
/// ```
public final class TracedContent {
  /// As much as a listing of S3 may be; more is only counted.
  private static final int MOST_BYTES = 16 << 20;

  private final String type;
  private final boolean isKept;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private long bytes;

  private TracedContent(String type, boolean isKept) {
    this.type = type;
    this.isKept = isKept;
  }

  /// @param contentType as the header has it
  public static TracedContent of(Optional<String> contentType) {
    String type = contentType.orElse("").toLowerCase(Locale.ROOT).replaceFirst(";.*", "").strip();
    return new TracedContent(
        type,
        type.isEmpty()
            || type.startsWith("text/")
            || type.matches(".*(json|xml|yaml|x-www-form-urlencoded)"));
  }

  /// What is told by its size alone: a file's content, rows and weights.
  public static TracedContent counted(long bytes) {
    TracedContent content = new TracedContent("", false);
    content.bytes = bytes;
    return content;
  }

  public static TracedContent of(Optional<String> contentType, String text) {
    TracedContent content = of(contentType);
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    content.add(all, 0, all.length);
    return content;
  }

  public synchronized void add(byte[] more, int offset, int length) {
    bytes += length;
    if (isKept && bytes <= MOST_BYTES) {
      kept.write(more, offset, length);
    }
  }

  synchronized boolean isEmpty() {
    return bytes == 0;
  }

  synchronized long bytes() {
    return bytes;
  }

  /// With secrets hidden; empty where only the size may be told.
  synchronized String shown(URI uri) {
    if (!isKept || bytes > MOST_BYTES) {
      return "";
    }
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(kept.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      return "";
    }
    boolean ofSecrets = String.valueOf(uri.getPath()).matches("/api/v1/(.*/)?secrets(/.*)?");
    String start = text.stripLeading();
    // YAML is what applied objects are called, and JSON is what they are written in.
    if (type.matches(".*(json|yaml)") || start.startsWith("{") || start.startsWith("[")) {
      return HiddenSecrets.inJson(text, ofSecrets).orElse("");
    }
    boolean isBinary = text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t');
    if (isBinary) {
      return "";
    }
    return type.endsWith("urlencoded") ? HiddenSecrets.inForm(text) : HiddenSecrets.inText(text);
  }
}
