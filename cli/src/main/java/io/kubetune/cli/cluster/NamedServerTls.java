package io.kubetune.cli.cluster;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/// TLS that asks for a server of another name than its address has, and holds the certificate
/// against that name: `--tls-server-name`, which the JDK's HTTP client has no setting for.
///
/// ```
/// SSLContext named = NamedServerTls.context(context, "kubernetes.default.svc");
/// ```
final class NamedServerTls extends SSLContextSpi {
  private final SSLContext inner;
  private final String name;

  private NamedServerTls(SSLContext inner, String name) {
    this.inner = inner;
    this.name = name;
  }

  static SSLContext context(SSLContext inner, String name) {
    return new SSLContext(
        new NamedServerTls(inner, name), inner.getProvider(), inner.getProtocol()) {};
  }

  @Override
  protected SSLEngine engineCreateSSLEngine(String host, int port) {
    // The peer's name here is what the certificate is held against.
    return new NamedEngine(inner.createSSLEngine(name, port), new SNIHostName(name));
  }

  @Override
  protected SSLEngine engineCreateSSLEngine() {
    return engineCreateSSLEngine(name, -1);
  }

  @Override
  protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
      throws KeyManagementException {
    throw new KeyManagementException("it is initialised already");
  }

  @Override
  protected SSLSocketFactory engineGetSocketFactory() {
    return inner.getSocketFactory();
  }

  @Override
  protected SSLServerSocketFactory engineGetServerSocketFactory() {
    return inner.getServerSocketFactory();
  }

  @Override
  protected SSLSessionContext engineGetServerSessionContext() {
    return inner.getServerSessionContext();
  }

  @Override
  protected SSLSessionContext engineGetClientSessionContext() {
    return inner.getClientSessionContext();
  }

  @Override
  protected SSLParameters engineGetDefaultSSLParameters() {
    return inner.getDefaultSSLParameters();
  }

  @Override
  protected SSLParameters engineGetSupportedSSLParameters() {
    return inner.getSupportedSSLParameters();
  }

  /// Whatever server the HTTP client asks for, the hello names ours.
  private static final class NamedEngine extends PassedOnEngine {
    private final SNIHostName name;

    NamedEngine(SSLEngine inner, SNIHostName name) {
      super(inner);
      this.name = name;
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
      parameters.setServerNames(List.of(name));
      super.setSSLParameters(parameters);
    }
  }
}
