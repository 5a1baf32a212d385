package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.kubetune.contract.TuneException;
import java.util.Map;
import java.util.function.Supplier;

/// A cluster that we talk to: the client, the namespace, and words for what goes wrong.
///
/// ```
/// try (Cluster cluster = Cluster.connect(flags, environment)) {
///   Job job = cluster.ask("can't read the run 'bot'", () ->
///       cluster.client().batch().v1().jobs().inNamespace(cluster.namespace()).withName("bot").get());
/// }
/// ```
///
/// Connecting reads files and starts a credential plugin where the user has one; the API server is
/// asked nothing before the first question.
public final class Cluster implements AutoCloseable {
  /// Who owns the fields that we apply.
  public static final String FIELD_MANAGER = "kubectl-tune";

  private final Connection connection;
  private final KubernetesClient client;

  private Cluster(Connection connection) {
    this.connection = connection;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(connection.config())
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build();
  }

  /// @throws TuneException CLUSTER or USAGE where files and flags name no cluster
  public static Cluster connect(ClusterFlags flags, Map<String, String> environment) {
    return new Cluster(Connection.of(flags, environment));
  }

  public KubernetesClient client() {
    return client;
  }

  /// The namespace typed, else that of the context, else `default`.
  public String namespace() {
    return connection.namespace();
  }

  /// Empty inside a pod, and with `--server` alone.
  public String contextName() {
    return connection.contextName();
  }

  /// The API server's URL.
  public String server() {
    return connection.server();
  }

  public Config config() {
    return connection.config();
  }

  /// The answer to one question.
  ///
  /// @param attempted what an error says was attempted: `can't read the run 'bot'`
  /// @throws TuneException CLUSTER in words for whatever the API server or the network says
  public <T> T ask(String attempted, Supplier<T> question) {
    try {
      return question.get();
    } catch (KubernetesClientException e) {
      throw new ApiFailure(connection, e).told(attempted);
    }
  }

  /// The same for what has no answer.
  public void tell(String attempted, Runnable order) {
    ask(
        attempted,
        () -> {
          order.run();
          return true;
        });
  }

  /// For failures that were caught outside [#ask].
  public TuneException told(String attempted, KubernetesClientException failure) {
    return new ApiFailure(connection, failure).told(attempted);
  }

  @Override
  public void close() {
    client.close();
  }
}
