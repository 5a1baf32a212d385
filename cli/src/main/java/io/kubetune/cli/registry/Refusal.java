package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import tools.jackson.databind.JsonNode;

/// Says in words why a registry did not do what it was asked, and what helps.
///
/// ```
/// throw Refusal.of(response, reference, "can't pull the image", authorizer.user());
/// ```
final class Refusal {
  private static final int LONGEST_ANSWER = 300;

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
                  "run `docker login " + host + "`, or name a file with REGISTRY_AUTH_FILE")
              : error(
                  reference,
                  attempted,
                  "the registry refuses the user '" + user.get() + "'" + said,
                  "log in again with `docker login " + host + "`");
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
              "try again; if it stays so, its operator's log says more");
    };
  }

  static TuneException unreachable(
      ImageReference.Registry reference, String attempted, Exception cause) {
    String found = "no connection: " + words(cause);
    String remedy = "check the name, the network and the proxy";
    if (aboutCertificate(cause)) {
      found = "the registry's certificate is not trusted: " + words(deepest(cause));
      remedy = "name its authority with --registry-ca FILE";
    } else if (causedBy(cause, SSLException.class)) {
      found = "no encrypted connection: " + words(cause);
      remedy = "if it speaks plain http, say --plain-http";
    } else if (causedBy(cause, UnresolvedAddressException.class)) {
      found = "no such host";
    }
    return new TuneException(
        ExitCode.REGISTRY, attempted, reference.toString(), found, remedy, cause);
  }

  /// Trying again can't help: the name, the certificate or the protocol is wrong.
  static boolean isFinal(Exception cause) {
    return causedBy(cause, UnresolvedAddressException.class)
        || aboutCertificate(cause)
        || cause instanceof SSLException;
  }

  static boolean aboutCertificate(Exception cause) {
    return causedBy(cause, CertificateException.class)
        || causedBy(cause, CertPathBuilderException.class);
  }

  private static boolean causedBy(Throwable thrown, Class<? extends Throwable> kind) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (kind.isInstance(each)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable deepest(Throwable thrown) {
    Throwable each = thrown;
    while (each.getCause() != null) {
      each = each.getCause();
    }
    return each;
  }

  private static String words(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
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
