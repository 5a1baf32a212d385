package io.kubetune.cli.source;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The proxies of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not, as
/// curl reads them.
///
/// ```
/// HttpClient.newBuilder().proxy(new EnvironmentProxies(options))
/// ```
final class EnvironmentProxies extends ProxySelector {
  static {
    // The JDK keeps Basic from tunnels by default; a proxy whose password the user gave wants it.
    if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
  }

  private final SourceOptions options;

  EnvironmentProxies(SourceOptions options) {
    this.options = options;
  }

  @Override
  public List<Proxy> select(URI uri) {
    if (isExcepted(uri.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    return proxy(uri.getScheme())
        .map(proxy ->
            new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(
                    proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort())))
        .map(List::of)
        .orElse(List.of(Proxy.NO_PROXY));
  }

  /// Answers a proxy that asks for a password with the one in its address, and nobody else; empty
  /// where no proxy's address has one.
  Optional<Authenticator> authenticator() {
    return proxy("https")
        .or(() -> proxy("http"))
        .map(URI::getRawUserInfo)
        .map(info -> info.split(":", 2))
        .filter(parts -> parts.length == 2)
        .map(
            parts -> new PasswordAuthentication(decoded(parts[0]), decoded(parts[1]).toCharArray()))
        .map(EnvironmentProxies::answering);
  }

  private static Authenticator answering(PasswordAuthentication password) {
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return getRequestorType() == RequestorType.PROXY ? password : null;
      }
    };
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private Optional<URI> proxy(String scheme) {
    String upper = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
    return options
        .variable(upper.toLowerCase(Locale.ROOT))
        .or(() -> options.variable(upper))
        .or(() -> options.variable("all_proxy"))
        .or(() -> options.variable("ALL_PROXY"))
        .map(text -> URI.create(text.contains("://") ? text : "http://" + text))
        .filter(uri -> uri.getHost() != null);
  }

  private boolean isExcepted(String host) {
    String exceptions =
        options.variable("no_proxy").or(() -> options.variable("NO_PROXY")).orElse("");
    return Arrays.stream(exceptions.split("[,\\s]+"))
        .map(each -> each.replaceFirst("^\\*?\\.", "").replaceFirst(":\\d+$", ""))
        .filter(each -> !each.isEmpty())
        .anyMatch(each -> each.equals("*") || host.equals(each) || host.endsWith("." + each));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress proxy, IOException e) {
    // The request fails too, and is told and tried again there.
  }
}
