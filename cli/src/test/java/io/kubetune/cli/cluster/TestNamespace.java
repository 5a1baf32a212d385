package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A namespace of the test cluster for one test or one class of tests; its deletion is not waited
/// for.
///
/// ```
/// try (TestNamespace namespace = cluster.namespace("quota")) { create(namespace.name()); }
/// ```
///
/// @param client an administrator's, closed with the namespace
public record TestNamespace(String name, KubernetesClient client) implements AutoCloseable {
  static TestNamespace create(KubernetesClient client, String prefix, Map<String, String> labels) {
    String name =
        client
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withGenerateName(prefix + "-")
                    .withLabels(labels)
                    .endMetadata()
                    .build())
            .create()
            .getMetadata()
            .getName();
    // Pods are refused before it is there.
    client
        .serviceAccounts()
        .inNamespace(name)
        .withName("default")
        .waitUntilCondition(account -> account != null, 30, TimeUnit.SECONDS);
    return new TestNamespace(name, client);
  }

  @Override
  public void close() {
    client
        .namespaces()
        .withName(name)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
    client.close();
  }
}
