package io.kubetune.cli.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Gives the signed tokens that a registry with token authentication checks, to one user with one
/// password or one refresh token.
///
/// ```
/// try (TokenServer server = TokenServer.start(dir)) { server.realm(); }
/// ```
final class TokenServer implements AutoCloseable {
  static final String ISSUER = "test-issuer";
  static final String SERVICE = "test-registry";
  static final String REFRESH_TOKEN = "refresh-t0ken";

  private final HttpServer server;
  private final PrivateKey key;
  private final String certificate;
  private final Path certificateFile;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private TokenServer(HttpServer server, PrivateKey key, String certificate, Path certificateFile) {
    this.certificateFile = certificateFile;
    this.server = server;
    this.key = key;
    this.certificate = certificate;
  }

  static TokenServer start(Path dir) throws Exception {
    PemPair pair = PemPair.create(dir, "tokens");
    String certificate = Base64.getEncoder().encodeToString(pair.certificate().getEncoded());
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    TokenServer server = new TokenServer(http, pair.key(), certificate, pair.certificateFile());
    http.createContext("/token", server::handle);
    http.start();
    return server;
  }

  /// What the registry must trust to take the tokens.
  Path certificateFile() {
    return certificateFile;
  }

  String realm() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  /// Every request's method and scope.
  List<String> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String sent =
          exchange.getRequestMethod().equals("POST")
              ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
              : exchange.getRequestURI().getRawQuery();
      String scope = URLDecoder.decode(parameter(sent, "scope"), StandardCharsets.UTF_8);
      requests.add(exchange.getRequestMethod() + " " + scope);
      String pair = RealRegistry.USER + ":" + RealRegistry.PASSWORD;
      String basic =
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      boolean known =
          basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))
              || parameter(sent, "refresh_token").equals(REFRESH_TOKEN);
      byte[] body =
          (known ? "{\"token\":\"" + token(scope) + "\"}" : "{\"errors\":[]}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(known ? 200 : 401, body.length);
      exchange.getResponseBody().write(body);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String parameter(String query, String name) {
    for (String each : query.split("&")) {
      if (each.startsWith(name + "=")) {
        return each.substring(name.length() + 1);
      }
    }
    return "";
  }

  /// A JWT as distribution's token specification has it.
  private String token(String scope) throws GeneralSecurityException {
    String[] parts = scope.split(":");
    String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}";
    long now = Instant.now().getEpochSecond();
    String payload =
        """
        {"iss":"%s","sub":"tuner","aud":"%s","exp":%d,"nbf":%d,"iat":%d,"jti":"1",
        "access":[{"type":"repository","name":"%s","actions":["%s"]}]}\
        """
            .formatted(
                ISSUER, SERVICE, now + 60, now - 10, now, parts[1], parts[2].replace(",", "\",\""));
    String signed = base64(header) + "." + base64(payload);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes(StandardCharsets.UTF_8));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
