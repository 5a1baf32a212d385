package io.kubetune.cli.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// A cluster that we talk to: the client, the namespace, and words for what goes wrong.
///
/// ```
/// try (Cluster cluster = Cluster.connect(flags, environment, terminal)) {
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

  /// Everything is read as the type that is asked for: no search for all types that there are, as
  /// fabric8 has it by default.
  public static final KubernetesSerialization SERIALIZATION =
      new KubernetesSerialization(new ObjectMapper(), false);

  private final Connection connection;
  private final KubernetesClient client;

  Cluster(Connection connection, Map<String, String> environment, Optional<HttpTrace> trace) {
    this.connection = connection;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(connection.config())
            .withKubernetesSerialization(SERIALIZATION)
            .withHttpClientFactory(new ClusterHttp(connection, environment))
            .withHttpClientBuilderConsumer(http -> {
              if (connection.login() instanceof Login.ByPlugin(CredentialPlugin plugin)) {
                http.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, new PluginToken(plugin));
              }
              trace
                  .filter(HttpTrace::isOn)
                  .ifPresent(on ->
                      http.addOrReplaceInterceptor(TracedRequests.NAME, new TracedRequests(on)));
            })
            .build();
  }

  /// @param terminal shows what a credential plugin says, and answers what it asks
  /// @throws TuneException CLUSTER or USAGE where files and flags name no cluster
  public static Cluster connect(
      ClusterFlags flags, Map<String, String> environment, Terminal terminal) {
    return new Cluster(
        Connection.of(flags, environment, Optional.of(terminal)),
        environment,
        Optional.of(HttpTrace.of(terminal)));
  }

  /// The same where nobody watches.
  public static Cluster connect(ClusterFlags flags, Map<String, String> environment) {
    return new Cluster(
        Connection.of(flags, environment, Optional.empty()), environment, Optional.empty());
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

  /// Where the API server says that our namespace is not there, an error that says so; for lists,
  /// which are just empty then, and for runs that are not found. Whoever may not ask passes.
  ///
  /// @throws TuneException CLUSTER
  public void requireNamespace(String attempted) {
    try {
      if (client.namespaces().withName(namespace()).get() == null) {
        Problem problem = ApiFailure.noNamespace("context " + contextName(), namespace());
        throw new TuneException(
            ExitCode.CLUSTER, attempted, problem.place(), problem.found(), problem.remedy());
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != 403) {
        throw told(attempted, e);
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
