package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.kubetune.cli.registry.EnvironmentProxy;
import java.net.http.HttpClient;
import java.util.Map;

/// The JDK's HTTP client as the API server needs it, with what fabric8 leaves out: the
/// environment's proxy.
///
/// ```
/// new KubernetesClientBuilder().withHttpClientFactory(new ClusterHttp(connection, environment))
/// ```
final class ClusterHttp extends JdkHttpClientFactory {
  private final Connection connection;
  private final Map<String, String> environment;

  ClusterHttp(Connection connection, Map<String, String> environment) {
    this.connection = connection;
    this.environment = environment;
  }

  @Override
  protected void additionalConfig(HttpClient.Builder builder) {
    builder.sslContext(connection.tls().context());
    boolean ownProxy =
        Connection.text(connection.config().getHttpProxy()).isPresent()
            || Connection.text(connection.config().getHttpsProxy()).isPresent();
    if (!ownProxy) {
      builder.proxy(new EnvironmentProxy(environment));
    }
  }
}
