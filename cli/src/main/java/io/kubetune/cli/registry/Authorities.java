package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Certificate authorities of the user's own, trusted besides the platform's.
///
/// ```
/// HttpClient.newBuilder().sslContext(new Authorities(Path.of("corp-ca.pem")).trusted())
/// ```
///
/// @param place a PEM file, or a folder of files as a ConfigMap is mounted: those without a
///   certificate (trust stores for others) are passed over
public record Authorities(Path place) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

  /// @throws CertificateException where one is damaged
  public static List<X509Certificate> in(String text) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> found = new ArrayList<>();
    for (var block : BLOCK.matcher(text).results().toList()) {
      byte[] pem = block.group().getBytes(StandardCharsets.UTF_8);
      found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(pem)));
    }
    return found;
  }

  /// @throws TuneException USAGE where there is no certificate
  public SSLContext trusted() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int index = 0;
      for (X509Certificate each : own()) {
        store.setCertificateEntry("own-" + index++, each);
      }
      for (X509Certificate each : platform()) {
        store.setCertificateEntry("platform-" + index++, each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't trust certificate authorities of your own",
          place.toString(),
          "not readable as PEM certificates (" + e.getMessage() + ")",
          "name a file with -----BEGIN CERTIFICATE----- blocks",
          e);
    }
  }

  private List<X509Certificate> own() throws IOException, CertificateException {
    List<X509Certificate> all = new ArrayList<>();
    for (Path each : files()) {
      all.addAll(in(Files.readString(each, StandardCharsets.ISO_8859_1)));
    }
    if (all.isEmpty()) {
      throw new CertificateException("no certificate in it");
    }
    return all;
  }

  /// What begins with a dot in a mounted ConfigMap is the kubelet's own.
  private List<Path> files() throws IOException {
    if (!Files.isDirectory(place)) {
      return List.of(place);
    }
    try (Stream<Path> children = Files.list(place)) {
      return children
          .filter(each -> !each.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static X509Certificate[] platform() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509TrustManager x509) {
        return x509.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }
}
