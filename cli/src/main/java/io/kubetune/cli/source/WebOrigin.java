package io.kubetune.cli.source;

import io.kubetune.contract.TuneException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// Any web server, with a header of the user's where one is named.
///
/// @param header a whole `Name: value`, or a value for Authorization (a bare token is a Bearer)
record WebOrigin(Optional<Secret> header) implements Origin {
  @Override
  public Map<String, String> headers(URI uri) {
    return header.map(secret -> header(secret.value())).orElse(Map.of());
  }

  private static Map<String, String> header(String text) {
    if (text.matches("[A-Za-z0-9-]+:\\s.*")) {
      String[] parts = text.split(":", 2);
      return Map.of(parts[0], parts[1].strip());
    }
    return Map.of("Authorization", text.contains(" ") ? text : "Bearer " + text);
  }

  @Override
  public TuneException refused(Answer answer) {
    String body = answer.excerpt();
    String remedy =
        switch (answer.status()) {
          case 401, 403 ->
              header.isPresent()
                  ? "is the header that --data-header-from names the right one, and not expired?"
                  : "name what holds the Authorization header by --data-header-from env:NAME or"
                      + " file:PATH";
          case 404, 410 -> "is the address spelled right?";
          default -> "";
        };
    return Origin.plainly(answer, header.map(h -> h.hiddenIn(body)).orElse(body), remedy);
  }
}
