package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A certificate authority that no system trusts, and one server's certificate of it, as companies
/// have them; made by the JDK's keytool.
///
/// ```
/// OwnAuthority ca = OwnAuthority.create(dir, "ip:127.0.0.1", "dns:localhost");
/// ```
///
/// @param caFile PEM, what clients are to trust
/// @param chainFile PEM, the server's certificate and its issuer's
/// @param keyFile PEM, the server's key
public record OwnAuthority(Path caFile, Path chainFile, Path keyFile, SSLContext server) {
  private static final String PASSWORD = "changeit";

  /// @param names of the server, as keytool writes subject alternative names
  public static OwnAuthority create(Path dir, String... names)
      throws IOException, InterruptedException {
    Path store = Files.createDirectories(dir).resolve("own.p12");
    keytool(store, "ca", "-ext", "bc:c=ca:true");
    keytool(store, "server", "-ext", "SAN=" + String.join(",", names), "-signer", "ca");
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      PrivateKey key = (PrivateKey) keys.getKey("server", PASSWORD.toCharArray());
      StringBuilder chain = new StringBuilder();
      for (Certificate each : keys.getCertificateChain("server")) {
        chain.append(pem("CERTIFICATE", each.getEncoded()));
      }
      String ca = pem("CERTIFICATE", keys.getCertificate("ca").getEncoded());
      keys.deleteEntry("ca");
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      SSLContext server = SSLContext.getInstance("TLS");
      server.init(managers.getKeyManagers(), null, null);
      return new OwnAuthority(
          Files.writeString(dir.resolve("ca.crt"), "# Our own\n" + ca),
          Files.writeString(dir.resolve("chain.pem"), chain),
          Files.writeString(dir.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded())),
          server);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static void keytool(Path store, String alias, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + alias + " of the tests",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString()));
    command.addAll(List.of(more));
    Tool.run(command);
  }

  private static String pem(String kind, byte[] der) {
    String text =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind);
  }
}
