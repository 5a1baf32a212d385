package io.kubetune.cli.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page of S3's ListObjectsV2.
///
/// Read by patterns, since the format is fixed and flat: the JDK's XML parser is 5 MB of a binary
/// that pods pull each time, and all that it could do besides (document types, entities of other
/// files) is what nobody wants of an answer from the network.
///
/// @param next where the next page begins; empty on the last
record S3Listing(List<Entry> entries, Optional<String> next) {
  private static final String ROOT = "ListBucketResult";

  /// At most 1,000 keys of 1,024 bytes a page, each byte escaped, and as much again around them.
  private static final int MOST_BYTES = 16 << 20;

  /// `<Name attributes>text`, with the end tag's slash and a namespace's prefix.
  private static final Pattern TAG = Pattern.compile("<(/?)(?:[\\w.-]+:)?([\\w.-]+)[^<>]*>([^<]*)");

  private static final Pattern ESCAPED =
      Pattern.compile("&(?:#x(\\p{XDigit}{1,6})|#(\\d{1,7})|(amp|lt|gt|quot|apos));");

  /// An object.
  record Entry(String key, long sizeBytes) {}

  /// @throws IOException where the answer is cut off or no listing
  static S3Listing read(InputStream in) throws IOException {
    String xml = new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    List<Entry> entries = new ArrayList<>();
    Optional<String> next = Optional.empty();
    String key = "";
    String size = "";
    boolean isListing = false;
    boolean isWhole = false;
    for (MatchResult tag : TAG.matcher(xml).results().toList()) {
      boolean ends = !tag.group(1).isEmpty();
      switch (tag.group(2)) {
        case ROOT -> {
          isListing = true;
          isWhole = ends;
        }
        case "Contents" -> {
          if (ends) {
            entries.add(new Entry(key, bytes(size)));
          }
        }
        case "Key" -> key = ends ? key : text(tag);
        case "Size" -> size = ends ? size : text(tag);
        case "NextContinuationToken" -> next = ends ? next : Optional.of(text(tag));
        default -> {
          // Dates, owners, storage classes.
        }
      }
    }
    if (!isListing || !isWhole) {
      throw new IOException("the answer is no listing of a bucket, or was cut off");
    }
    return new S3Listing(entries, next);
  }

  private static long bytes(String size) throws IOException {
    try {
      return Long.parseLong(size.strip());
    } catch (NumberFormatException e) {
      throw new IOException("the listing of the bucket has an object of size '" + size + "'", e);
    }
  }

  private static String text(MatchResult tag) {
    return ESCAPED
        .matcher(tag.group(3))
        .replaceAll(escaped -> Matcher.quoteReplacement(unescaped(escaped)));
  }

  private static String unescaped(MatchResult escaped) {
    if (escaped.group(3) != null) {
      return switch (escaped.group(3)) {
        case "amp" -> "&";
        case "lt" -> "<";
        case "gt" -> ">";
        case "quot" -> "\"";
        default -> "'";
      };
    }
    int codePoint =
        escaped.group(1) != null
            ? Integer.parseInt(escaped.group(1), 16)
            : Integer.parseInt(escaped.group(2));
    return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : escaped.group();
  }
}
