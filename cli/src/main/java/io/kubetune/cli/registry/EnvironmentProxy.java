package io.kubetune.cli.registry;

import java.io.IOException;
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

  /// `*`, a name, or a domain with or without its leading dot.
  private boolean excluded(String host) {
    for (String each : value("no_proxy").orElse("").toLowerCase(Locale.ROOT).split("[,\\s]+")) {
      String name = each.replaceFirst("^\\*?\\.", "").replaceFirst(":[0-9]+$", "");
      boolean all = each.equals("*");
      if (all || !name.isEmpty() && (host.equals(name) || host.endsWith("." + name))) {
        return true;
      }
    }
    return false;
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
