package io.kubetune.cli.source;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A server's answer, at the end of its redirects.
///
/// @param asked the address that was asked first
/// @param first headers of the first answer, where the hub names a blob before it redirects
record Answer(URI asked, HttpResponse<InputStream> response, HttpHeaders first)
    implements AutoCloseable {
  private static final int EXCERPT_BYTES = 2_000;
  private static final int EXCERPT_CHARACTERS = 300;

  int status() {
    return response.statusCode();
  }

  URI uri() {
    return response.uri();
  }

  InputStream body() {
    return response.body();
  }

  Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  boolean isPage() {
    return header("Content-Type").filter(type -> type.startsWith("text/html")).isPresent();
  }

  /// The beginning of what a server says to explain a refusal, on one line.
  String excerpt() {
    if (isPage()) {
      return "";
    }
    try {
      String text = new String(body().readNBytes(EXCERPT_BYTES), StandardCharsets.UTF_8);
      String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
      return line.length() > EXCERPT_CHARACTERS
          ? line.substring(0, EXCERPT_CHARACTERS) + "…"
          : line;
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    body().close();
  }
}
