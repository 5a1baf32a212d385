package io.kubetune.cli.cluster;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/// The one certificate that we log in with, shown whichever authorities the server names, as
/// kubectl has it.
///
/// The JDK's own way is by a key store, which encrypts the key and decrypts it again: 30 ms and
/// more of each command.
///
/// ```
/// context.init(new KeyManager[] {new ClientCertificate(chain, key)}, trust, random);
/// ```
final class ClientCertificate extends X509ExtendedKeyManager {
  private static final String ALIAS = "client";

  private final List<X509Certificate> chain;
  private final PrivateKey key;

  ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    this.chain = List.copyOf(chain);
    this.key = key;
  }

  @Override
  public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
    return Arrays.asList(kinds).contains(kind()) ? ALIAS : null;
  }

  @Override
  public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
    return chooseEngineClientAlias(kinds, issuers, null);
  }

  @Override
  public String[] getClientAliases(String kind, Principal[] issuers) {
    return kind.equals(kind()) ? new String[] {ALIAS} : new String[0];
  }

  private String kind() {
    return chain.getFirst().getPublicKey().getAlgorithm();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }

  @Override
  public String[] getServerAliases(String kind, Principal[] issuers) {
    return new String[0];
  }

  @Override
  public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
    return null;
  }
}
