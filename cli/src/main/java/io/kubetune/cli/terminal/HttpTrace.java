package io.kubetune.cli.terminal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Requests as `-v` shows them, in kubectl's levels: from 6 on each request and its answer, from 7
/// on the request's headers, from 8 on the answer's headers and the bodies, cut; at 9 whole, and
/// the request as a line for curl. Secrets are hidden at every level.
///
/// ```
/// HttpTrace.of(terminal).answered("GET", uri, 200, took, headers, answerHeaders);
/// // GET https://10.0.0.1:6443/apis/batch/v1/… 200 in 12 ms
/// ```
public final class HttpTrace {
  public static final HttpTrace OFF =
      of(
          Terminal.plain(
              new PrintStream(OutputStream.nullOutputStream()),
              new PrintStream(OutputStream.nullOutputStream()),
              InputStream.nullInputStream()));

  private static final int REQUESTS = 6;
  private static final int HEADERS = 7;
  private static final int BODIES = 8;
  private static final int WHOLE_BODIES = 9;
  private static final int CURL = 9;
  private static final int MOST_CHARACTERS = 1024;

  /// Shorter ones would be found in every other word.
  private static final int SHORTEST_SECRET = 4;

  private final Terminal terminal;

  /// What was sent in a hidden header: servers repeat it in what they answer.
  private final Set<String> sent = ConcurrentHashMap.newKeySet();

  private HttpTrace(Terminal terminal) {
    this.terminal = terminal;
  }

  public static HttpTrace of(Terminal terminal) {
    return new HttpTrace(terminal);
  }

  public boolean isOn() {
    return terminal.verbosity() >= REQUESTS;
  }

  public boolean showsBodies() {
    return terminal.verbosity() >= BODIES;
  }

  /// A value that must not be shown wherever it turns up, with the scheme of a header or without.
  public void hide(String value) {
    String bare = value.substring(value.indexOf(' ') + 1).strip();
    remember(value);
    remember(bare);
    if (value.regionMatches(true, 0, "basic ", 0, 6)) {
      try {
        String pair = new String(Base64.getDecoder().decode(bare), StandardCharsets.UTF_8);
        remember(pair);
        remember(pair.substring(pair.indexOf(':') + 1));
      } catch (IllegalArgumentException e) {
        // Not base64: hidden as it stands.
      }
    }
  }

  private void remember(String value) {
    if (value.length() >= SHORTEST_SECRET) {
      sent.add(value);
    }
  }

  /// @param status 0 where there was no answer
  /// @param headers of the request
  /// @param answered headers of the answer
  public void answered(
      String method,
      URI uri,
      int status,
      Duration took,
      Map<String, List<String>> headers,
      Map<String, List<String>> answered) {
    if (!isOn()) {
      return;
    }
    headers.forEach((name, values) -> {
      if (HiddenSecrets.isSecretHeader(name)) {
        values.forEach(this::hide);
      }
    });
    String address = HiddenSecrets.inAddress(uri);
    boolean asCurl = terminal.verbosity() >= CURL;
    StringBuilder text = new StringBuilder();
    if (asCurl) {
      text.append(curl(method, address, headers)).append('\n');
    }
    text.append(method).append(' ').append(address).append(' ');
    text.append(status == 0 ? "no answer" : status).append(" in ");
    text.append(took.toMillis()).append(" ms");
    if (terminal.verbosity() >= HEADERS && !asCurl) {
      append(text, "", headers);
    }
    if (showsBodies()) {
      append(text, "< ", answered);
    }
    print(text.toString());
  }

  private static void append(StringBuilder text, String mark, Map<String, List<String>> headers) {
    new TreeMap<>(headers)
        .forEach((name, values) ->
            text.append("\n    ")
                .append(mark)
                .append(name)
                .append(": ")
                .append(shown(name, values)));
  }

  private static String shown(String name, List<String> values) {
    return HiddenSecrets.isSecretHeader(name)
        ? HiddenSecrets.HIDDEN
        : HiddenSecrets.inHeader(String.join(", ", values));
  }

  /// As kubectl writes it, to be pasted into a shell once the hidden is filled in.
  private static String curl(String method, String address, Map<String, List<String>> headers) {
    StringBuilder line = new StringBuilder("curl -v -X" + method);
    new TreeMap<>(headers)
        .forEach((name, values) ->
            line.append(" -H \"")
                .append((name + ": " + shown(name, values)).replaceAll("[\"\\\\$`]", "\\\\$0"))
                .append('"'));
    return line.append(" '").append(address.replace("'", "%27")).append("'").toString();
  }

  /// A body that went one way, where bodies are shown.
  public void body(Direction direction, String method, URI uri, TracedContent content) {
    if (!showsBodies() || content.isEmpty()) {
      return;
    }
    String text = content.shown(uri);
    // Known secrets before the cut: it could leave half of one.
    String open = withoutKnown(text);
    boolean isCut = terminal.verbosity() < WHOLE_BODIES && open.length() > MOST_CHARACTERS;
    print(
        "%s %s %s %,d bytes%s"
            .formatted(
                method,
                HiddenSecrets.inAddress(uri),
                direction.word,
                content.bytes(),
                text.isEmpty()
                    ? ""
                    : ":\n"
                        + (isCut
                            ? open.substring(0, MOST_CHARACTERS) + "… (whole with -v 9)"
                            : open)));
  }

  private String withoutKnown(String text) {
    String open = text;
    for (String each : sent) {
      open = open.replace(each, HiddenSecrets.HIDDEN);
    }
    return open;
  }

  private void print(String text) {
    terminal.err().println(withoutKnown(text));
    terminal.err().flush();
  }

  /// Which way a body went.
  public enum Direction {
    SENT("was sent"),
    ANSWERED("answered");

    private final String word;

    Direction(String word) {
      this.word = word;
    }
  }
}
