package io.kubetune.cli.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Debian's docker-registry on a free loopback port, for as long as it is open.
///
/// ```
/// try (RealRegistry registry = RealRegistry.start(dir)) { push(registry.host() + "/team/x:v1"); }
/// ```
///
/// @param caFile the certificate to trust, where it speaks TLS
public record RealRegistry(Process process, int port, Path dir, Optional<Path> caFile)
    implements AutoCloseable {
  public static final String USER = "tuner";
  public static final String PASSWORD = "s3cret-Pass";

  /// User and password as `htpasswd -B` writes them.
  private static final String HTPASSWD =
      "tuner:$2y$05$gbXzT.87JtLb1OzmeMprDusCuRyY1JQMrj4HS.D4v1.mLuP7giWeq";

  public static RealRegistry start(Path dir) throws IOException, InterruptedException {
    return start(dir, false, false);
  }

  public static RealRegistry start(Path dir, boolean tls, boolean basicAuth)
      throws IOException, InterruptedException {
    return start(dir, tls, basicAuth ? htpasswd(dir) : "");
  }

  /// One that asks for tokens of this server.
  static RealRegistry start(Path dir, TokenServer tokens) throws IOException, InterruptedException {
    String auth =
        "auth:\n  token: {realm: '%s', service: %s, issuer: %s, rootcertbundle: %s}\n"
            .formatted(
                tokens.realm(), TokenServer.SERVICE, TokenServer.ISSUER, tokens.certificateFile());
    return start(dir, false, auth);
  }

  private static String htpasswd(Path dir) throws IOException {
    Files.createDirectories(dir);
    Path file = Files.writeString(dir.resolve("htpasswd"), HTPASSWD + "\n");
    return "auth:\n  htpasswd: {realm: test, path: " + file + "}\n";
  }

  private static RealRegistry start(Path dir, boolean tls, String auth)
      throws IOException, InterruptedException {
    Files.createDirectories(dir);
    if (!tls) {
      return start(dir, "127.0.0.1", "", Optional.empty(), auth);
    }
    PemPair pair = PemPair.create(dir, "server");
    String keys = keys(pair.certificateFile(), pair.keyFile());
    return start(dir, "127.0.0.1", keys, Optional.of(pair.certificateFile()), auth);
  }

  /// One whose certificate is of that authority.
  ///
  /// @param address empty: all of this machine's
  public static RealRegistry start(Path dir, String address, OwnAuthority authority)
      throws IOException, InterruptedException {
    String keys = keys(authority.chainFile(), authority.keyFile());
    return start(dir, address, keys, Optional.of(authority.caFile()), "");
  }

  private static String keys(Path certificate, Path key) {
    return "  tls:\n    certificate: " + certificate + "\n    key: " + key + "\n";
  }

  private static RealRegistry start(
      Path dir, String address, String keys, Optional<Path> ca, String auth)
      throws IOException, InterruptedException {
    Path program = Tool.require("docker-registry", "docker-registry");
    Files.createDirectories(dir);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    StringBuilder config = new StringBuilder();
    config.append("version: 0.1\nlog: {level: warn}\nstorage:\n  filesystem: {rootdirectory: ");
    config.append(dir.resolve("store")).append("}\n  delete: {enabled: true}\n");
    config.append("http:\n  addr: \"").append(address).append(":").append(port);
    config.append("\"\n").append(keys).append(auth);
    Path file = Files.writeString(dir.resolve("config.yml"), config);
    Process process =
        new ProcessBuilder(program.toString(), "serve", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("registry.log").toFile())
            .start();
    awaitListening(process, port, dir);
    return new RealRegistry(process, port, dir, ca);
  }

  private static void awaitListening(Process process, int port, Path dir)
      throws IOException, InterruptedException {
    for (int i = 0; i < 200; i++) {
      try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (!process.isAlive()) {
          break;
        }
        Thread.sleep(50);
      }
    }
    process.destroyForcibly();
    throw new AssertionError("no registry: " + Files.readString(dir.resolve("registry.log")));
  }

  public String host() {
    return "127.0.0.1:" + port;
  }

  public ImageReference image(String rest) {
    return ImageReference.parse(host() + "/" + rest);
  }

  /// Where it keeps a content, for tests that damage one.
  public Path blob(Digest digest) {
    return dir.resolve("store/docker/registry/v2/blobs/sha256")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex())
        .resolve("data");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
