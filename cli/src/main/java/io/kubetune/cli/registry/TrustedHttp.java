package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Makes the HTTP client: the platform's certificate authorities and the user's own.
///
/// ```
/// HttpClient http = TrustedHttp.client(access);
/// ```
final class TrustedHttp {
  private TrustedHttp() {}

  static HttpClient client(RegistryAccess access) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .proxy(access.proxies())
            .connectTimeout(Duration.ofSeconds(20))
            // Followed by hand: the JDK would send the Authorization header along to a storage
            // host.
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1);
    access.caFile().ifPresent(file -> builder.sslContext(trusting(file)));
    return builder.build();
  }

  private static SSLContext trusting(Path caFile) {
    try (InputStream in = Files.newInputStream(caFile)) {
      Collection<? extends Certificate> own =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (own.isEmpty()) {
        throw new GeneralSecurityException("no certificate in it");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int index = 0;
      for (Certificate each : own) {
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
          "can't trust the registry's certificate authority",
          caFile.toString(),
          "not readable as PEM certificates (" + e.getMessage() + ")",
          "name a file with -----BEGIN CERTIFICATE----- blocks",
          e);
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
