package io.kubetune.cli.registry;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, in either case, as curl and
/// docker read them; this machine itself is always reached directly.
///
/// ```
/// HttpClient.newBuilder().proxy(new EnvironmentProxy(System.getenv()));
/// ```
public final class EnvironmentProxy extends ProxySelector {
  private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

  private final Map<String, String> environment;

  public EnvironmentProxy(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public List<Proxy> select(URI uri) {
    String host = uri.getHost();
    if (host == null || Loopback.is(host) || excluded(host.toLowerCase(Locale.ROOT))) {
      return DIRECT;
    }
    return value(uri.getScheme() + "_proxy").flatMap(EnvironmentProxy::proxy).orElse(DIRECT);
  }

  /// Told by the client's own error.
  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {}

  /// `*`, a name, a domain with or without its leading dot, an address or a network of addresses
  /// (`10.0.0.0/8`).
  private boolean excluded(String host) {
    for (String each : value("no_proxy").orElse("").toLowerCase(Locale.ROOT).split("[,\\s]+")) {
      String name = each.replaceFirst("^\\*?\\.", "").replaceFirst(":[0-9]+$", "");
      boolean all = each.equals("*");
      if (all || !name.isEmpty() && (host.equals(name) || host.endsWith("." + name))) {
        return true;
      }
      if (each.contains("/") && inNetwork(host, each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean inNetwork(String host, String network) {
    int slash = network.indexOf('/');
    try {
      // ofLiteral never asks DNS.
      byte[] address = InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).getAddress();
      byte[] base = InetAddress.ofLiteral(network.substring(0, slash)).getAddress();
      int bits = Integer.parseInt(network.substring(slash + 1));
      if (address.length != base.length || bits < 0 || bits > 8 * base.length) {
        return false;
      }
      int shift = 8 * base.length - bits;
      return new BigInteger(1, address)
          .shiftRight(shift)
          .equals(new BigInteger(1, base).shiftRight(shift));
    } catch (IllegalArgumentException e) {
      // A name is in no network.
      return false;
    }
  }

  private static Optional<List<Proxy>> proxy(String text) {
    URI address = URI.create(text.contains("://") ? text : "http://" + text);
    if (address.getHost() == null) {
      return Optional.empty();
    }
    int port = address.getPort() < 0 ? 80 : address.getPort();
    return Optional.of(
        List.of(
            new Proxy(
                Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.getHost(), port))));
  }

  private Optional<String> value(String lowerCaseName) {
    String lower = environment.getOrDefault(lowerCaseName, "");
    String upper = environment.getOrDefault(lowerCaseName.toUpperCase(Locale.ROOT), "");
    return Optional.of(lower.isBlank() ? upper : lower).filter(text -> !text.isBlank());
  }
}
