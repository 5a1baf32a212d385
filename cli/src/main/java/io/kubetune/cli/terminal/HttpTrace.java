package io.kubetune.cli.terminal;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Requests as `-v` shows them, in kubectl's levels: from 6 on each request and its answer, from 7
/// on the request's headers. Secrets are hidden, in headers as in addresses.
///
/// ```
/// HttpTrace.of(terminal).answered("GET", uri, 200, took, headers);
/// // GET https://10.0.0.1:6443/apis/batch/v1/… 200 in 12 ms
/// ```
public record HttpTrace(Terminal terminal) {
  private static final int REQUESTS = 6;
  private static final int HEADERS = 7;
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i).*(authorization|cookie|token|secret|signature|credential|password|key).*");

  public static HttpTrace of(Terminal terminal) {
    return new HttpTrace(terminal);
  }

  public boolean isOn() {
    return terminal.verbosity() >= REQUESTS;
  }

  /// @param status 0 where there was no answer
  public void answered(
      String method, URI uri, int status, Duration took, Map<String, List<String>> headers) {
    if (!isOn()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(shown(uri)).append(' ');
    text.append(status == 0 ? "no answer" : status).append(" in ");
    text.append(took.toMillis()).append(" ms");
    if (terminal.verbosity() >= HEADERS) {
      new TreeMap<>(headers)
          .forEach((name, values) ->
              text.append("\n    ").append(name).append(": ").append(shown(name, values)));
    }
    terminal.err().println(text);
    terminal.err().flush();
  }

  private static String shown(String name, List<String> values) {
    return SECRET.matcher(name.toLowerCase(Locale.ROOT)).matches()
        ? "(hidden)"
        : String.join(", ", values);
  }

  /// With what a signed address is signed by left out.
  static String shown(URI uri) {
    String query = uri.getRawQuery();
    if (query == null) {
      return uri.toString();
    }
    StringBuilder kept = new StringBuilder();
    for (String pair : query.split("&")) {
      String name = pair.replaceAll("=.*", "");
      kept.append(kept.isEmpty() ? "?" : "&");
      kept.append(SECRET.matcher(name).matches() ? name + "=(hidden)" : pair);
    }
    return uri.toString().replace("?" + query, kept.toString());
  }
}
