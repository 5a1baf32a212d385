package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which servers are reached through the environment's proxy.
class EnvironmentProxyTest {
  @ParameterizedTest
  @CsvSource({
    "https://api.example.com:6443, false",
    "https://example.com, false",
    "https://api.elsewhere.com, true",
    "https://10.20.30.40:6443, false",
    "https://11.20.30.40:6443, true",
    "https://192.168.7.1, false",
    "https://192.168.8.1, true",
    "https://[fd00::1]:6443, false",
    "https://[fe00::1]:6443, true",
    "https://127.0.0.1:6443, false",
  })
  void noProxyTakesNamesDomainsAndNetworks(String server, boolean proxied) {
    EnvironmentProxy proxy =
        new EnvironmentProxy(
            Map.of(
                "HTTPS_PROXY",
                "http://proxy.example.net:3128",
                "NO_PROXY",
                ".example.com,10.0.0.0/8, 192.168.7.0/24,fd00::/8,nonsense/x"));
    assertThat(proxy.select(URI.create(server)).getFirst().type())
        .isEqualTo(proxied ? Proxy.Type.HTTP : Proxy.Type.DIRECT);
  }
}
