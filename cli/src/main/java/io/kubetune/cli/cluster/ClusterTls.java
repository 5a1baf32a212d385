package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// TLS towards the API server as kubectl has it: the authorities of the kubeconfig and no others, a
/// client certificate of any kind of key, the name that the server's certificate is to have.
///
/// fabric8 trusts the machine's authorities as well, reads RSA keys and some others, and can't set
/// a name with the JDK's client; so these settings are taken out of its hands.
///
/// ```
/// ClusterTls tls = ClusterTls.takenFrom(config);
/// builder.sslContext(tls.context());
/// ```
final class ClusterTls {
  private final SSLContext context;
  private final Optional<X509Certificate> client;

  private ClusterTls(SSLContext context, Optional<X509Certificate> client) {
    this.context = context;
    this.client = client;
  }

  SSLContext context() {
    return context;
  }

  /// Until when the client's certificate is good.
  Optional<Instant> clientExpiry() {
    return client.map(certificate -> certificate.getNotAfter().toInstant());
  }

  static ClusterTls takenFrom(Config config) throws GeneralSecurityException, IOException {
    List<X509Certificate> chain = List.of();
    KeyManager[] keys = null;
    Optional<PemFile> certificate = pem(config.getClientCertData(), config.getClientCertFile());
    Optional<PemFile> key = pem(config.getClientKeyData(), config.getClientKeyFile());
    if (certificate.isPresent() && key.isPresent()) {
      chain = certificate.get().certificates();
      keys = new KeyManager[] {new ClientCertificate(chain, key.get().key())};
    }
    Optional<PemFile> authorities = pem(config.getCaCertData(), config.getCaCertFile());
    TrustManager[] trust =
        config.isTrustCerts()
            ? new TrustManager[] {new TrustEverything()}
            : trust(authorities.isPresent() ? authorities.get().certificates() : List.of());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, new SecureRandom());
    if (Connection.text(config.getTlsServerName()).isPresent()) {
      context = NamedServerTls.context(context, config.getTlsServerName());
    }
    config.setClientCertData(null);
    config.setClientCertFile(null);
    config.setClientKeyData(null);
    config.setClientKeyFile(null);
    config.setCaCertData(null);
    config.setCaCertFile(null);
    config.setTlsServerName(null);
    return new ClusterTls(context, chain.stream().findFirst());
  }

  private static Optional<PemFile> pem(String base64, String file) throws IOException {
    if (Connection.text(base64).isPresent()) {
      return Optional.of(PemFile.of(Base64.getMimeDecoder().decode(base64)));
    }
    return Connection.text(file).isPresent()
        ? Optional.of(PemFile.of(Files.readAllBytes(Path.of(file))))
        : Optional.empty();
  }

  /// @param authorities empty: the machine's
  private static TrustManager[] trust(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = null;
    if (!authorities.isEmpty()) {
      store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
