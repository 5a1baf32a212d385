package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Says in words why a registry did not do what it was asked, and what helps.
///
/// ```
/// throw Refusal.of(response, reference, "can't pull the image", authorizer.user());
/// ```
final class Refusal {
  private static final int LONGEST_ANSWER = 300;

  /// A pod's commands and a run of this machine take one option for registries and sources.
  private static final String AUTHORITY =
      "--registry-ca FILE (--ca of download and of local runs, --ca-configmap of pods)";

  private Refusal() {}

  static TuneException of(
      HttpResponse<InputStream> response,
      ImageReference.Registry reference,
      String attempted,
      Optional<String> user) {
    String said = said(response);
    String host = reference.host();
    return switch (response.statusCode()) {
      case 401 ->
          user.isEmpty()
              ? error(
                  reference,
                  attempted,
                  "the registry wants a login and none is known for " + host + said,
                  "name a file with REGISTRY_AUTH_FILE, or log in:\n  docker login " + host)
              : error(
                  reference,
                  attempted,
                  "the registry refuses the user '" + user.get() + "'" + said,
                  "log in again:\n  docker login " + host);
      case 403 ->
          error(
              reference,
              attempted,
              "the registry forbids it"
                  + user.map(n -> " to the user '" + n + "'").orElse("")
                  + said,
              "ask for the right to this repository, or check its name");
      case 404 ->
          new TuneException(
              ExitCode.NOT_FOUND,
              attempted,
              reference.toString(),
              "no such image or repository" + said,
              "check the name and the tag");
      case 429 ->
          error(reference, attempted, "too many requests" + said, "try again later, or log in");
      default ->
          error(
              reference,
              attempted,
              "the registry answered with status " + response.statusCode() + said,
              response.statusCode() == 400 && "http".equals(response.uri().getScheme())
                  ? "it may speak https: leave --plain-http out"
                  : "try again; if it stays so, its operator's log says more");
    };
  }

  static TuneException unreachable(
      ImageReference.Registry reference, String attempted, Exception cause) {
    String words = NoAnswer.words(cause);
    String found = "no connection: " + words;
    String remedy = "check the name, the network and the proxy";
    if (NoAnswer.isUntrusted(cause)) {
      found = words;
      remedy = NoAnswer.remedyOfCertificate(cause, AUTHORITY).orElseThrow();
    } else if (NoAnswer.isOfTls(cause)) {
      found = "no encrypted connection: " + words;
      remedy = "if it speaks plain http, say --plain-http";
    }
    return new TuneException(
        ExitCode.REGISTRY, attempted, reference.toString(), found, remedy, cause);
  }

  /// The registry's own words: `code: message` of its first error (OCI distribution spec).
  private static String said(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(64 << 10);
      String text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (text.isEmpty()) {
        return "";
      }
      if (!text.startsWith("{")) {
        return text.startsWith("<") ? " (a web page, not a registry's answer)" : quote(text);
      }
      JsonNode first = ImageManifest.parse(bytes, "answer").path("errors").path(0);
      String code = first.path("code").asString("");
      String message = first.path("message").asString("");
      return code.isEmpty() && message.isEmpty() ? "" : quote(code + ": " + message);
    } catch (IOException | TuneException e) {
      return ""; // Its words are an extra; the status is the answer.
    }
  }

  private static String quote(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return " (" + line.substring(0, Math.min(line.length(), LONGEST_ANSWER)) + ")";
  }

  private static TuneException error(
      ImageReference.Registry reference, String attempted, String found, String remedy) {
    return new TuneException(ExitCode.REGISTRY, attempted, reference.toString(), found, remedy);
  }
}
