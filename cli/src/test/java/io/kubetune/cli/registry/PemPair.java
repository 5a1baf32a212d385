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
import java.util.Base64;
import java.util.List;

/// A fresh key and its self-signed certificate for this machine, as PEM files; made by the JDK's
/// keytool.
///
/// ```
/// PemPair pair = PemPair.create(dir, "server");
/// ```
record PemPair(Path certificateFile, Path keyFile, Certificate certificate, PrivateKey key) {
  private static final String STORE_PASSWORD = "changeit";

  static PemPair create(Path dir, String name) throws IOException, InterruptedException {
    Path store = dir.resolve(name + ".p12");
    Tool.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=ip:127.0.0.1,dns:localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            STORE_PASSWORD,
            "-keystore",
            store.toString()));
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, STORE_PASSWORD.toCharArray());
      Certificate certificate = keys.getCertificate(name);
      PrivateKey key = (PrivateKey) keys.getKey(name, STORE_PASSWORD.toCharArray());
      return new PemPair(
          write(dir.resolve(name + "-cert.pem"), "CERTIFICATE", certificate.getEncoded()),
          write(dir.resolve(name + "-key.pem"), "PRIVATE KEY", key.getEncoded()),
          certificate,
          key);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Path write(Path file, String kind, byte[] der) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind),
        StandardCharsets.US_ASCII);
  }
}
