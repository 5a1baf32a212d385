package io.kubetune.cli.registry;

import java.net.http.HttpClient;
import java.time.Duration;

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
    access.caFile().ifPresent(place -> builder.sslContext(new Authorities(place).trusted()));
    return builder.build();
  }
}
