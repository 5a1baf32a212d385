package io.kubetune.cli.inspect.cluster;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// What a cluster can do for a run in one namespace, and what this user may do there; asked all at
/// once, nothing is written.
///
/// What may not be seen is empty: unknown is no error.
///
/// ```
/// ClusterFacts facts = ClusterFacts.read(cluster);
/// ```
///
/// @param version `v1.37.2`
/// @param apis groups that are served: `kaito.sh`, `kueue.x-k8s.io`, `kubeflow.org`, …
/// @param nodes empty: they may not be seen
/// @param podSecurity the level that the namespace enforces; empty: none, or it may not be seen
/// @param namespaceExists false only where the API server says so
/// @param defaultStorageClass empty: none, or they may not be seen
/// @param containerMaximum of LimitRanges, by resource name
public record ClusterFacts(
    String version,
    List<String> apis,
    Optional<List<NodeFacts>> nodes,
    Optional<List<String>> storageClasses,
    Optional<String> defaultStorageClass,
    List<QuotaFacts> quotas,
    Map<String, BigDecimal> containerMaximum,
    Optional<String> podSecurity,
    boolean namespaceExists,
    List<Permission> permissions) {

  public static final String KAITO = "kaito.sh";
  public static final String KUEUE = "kueue.x-k8s.io";
  private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

  private record Wanted(String verb, String group, String resource, String subresource) {}

  /// What each command needs, in the order of a run's life.
  private static final List<Wanted> WANTED =
      List.of(
          new Wanted("get", "batch", "jobs", ""),
          new Wanted("list", "batch", "jobs", ""),
          new Wanted("create", "batch", "jobs", ""),
          new Wanted("patch", "batch", "jobs", ""),
          new Wanted("delete", "batch", "jobs", ""),
          new Wanted("get", "", "configmaps", ""),
          new Wanted("create", "", "configmaps", ""),
          new Wanted("patch", "", "configmaps", ""),
          new Wanted("delete", "", "configmaps", ""),
          new Wanted("list", "", "pods", ""),
          new Wanted("get", "", "pods", "log"),
          new Wanted("list", "", "events", ""));

  /// @throws io.kubetune.contract.TuneException CLUSTER where the API server can't be asked at all
  public static ClusterFacts read(Cluster cluster) {
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace();
    String attempted = "can't look at the cluster";
    String version = cluster.ask(attempted, () -> client.getKubernetesVersion().getGitVersion());
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<String>> apis =
          side.submit(() ->
              client.getApiGroups().getGroups().stream().map(each -> each.getName()).toList());
      Future<Optional<List<NodeFacts>>> nodes = side.submit(() -> nodes(client));
      var classes =
          side.submit(() -> seen(() -> client.storage().v1().storageClasses().list().getItems()));
      var quotas =
          side.submit(
              () -> seen(() -> client.resourceQuotas().inNamespace(namespace).list().getItems()));
      var limits =
          side.submit(
              () -> seen(() -> client.limitRanges().inNamespace(namespace).list().getItems()));
      var space = side.submit(() -> namespace(client, namespace));
      List<Future<Permission>> reviews =
          WANTED.stream().map(each -> side.submit(() -> review(client, namespace, each))).toList();
      List<Permission> permissions = new ArrayList<>();
      for (Future<Permission> each : reviews) {
        permissions.add(each.get());
      }
      var storage = classes.get();
      return new ClusterFacts(
          version,
          apis.get(),
          nodes.get(),
          storage.map(all -> all.stream().map(each -> each.getMetadata().getName()).toList()),
          storage.flatMap(all ->
              all.stream()
                  .filter(each ->
                      "true"
                          .equals(orEmpty(each.getMetadata().getAnnotations()).get(DEFAULT_CLASS)))
                  .map(each -> each.getMetadata().getName())
                  .findFirst()),
          quotas.get().orElse(List.of()).stream()
              .filter(each -> each.getStatus() != null && each.getStatus().getHard() != null)
              .map(each ->
                  new QuotaFacts(
                      each.getMetadata().getName(),
                      left(each.getStatus().getHard(), used(each.getStatus().getUsed()))))
              .toList(),
          maximum(limits.get().orElse(List.of())),
          space
              .get()
              .flatMap(each ->
                  Optional.ofNullable(
                      orEmpty(each.getMetadata().getLabels())
                          .get("pod-security.kubernetes.io/enforce"))),
          !isAbsent(client, namespace),
          permissions);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KubernetesClientException failure) {
        throw cluster.told(attempted, failure);
      }
      throw new IllegalStateException("looking at the cluster failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking at the cluster", e);
    }
  }

  /// One question only: whether a group of the API is there.
  public static boolean serves(Cluster cluster, String group) {
    return cluster.ask(
        "can't look at the cluster",
        () ->
            cluster.client().getApiGroups().getGroups().stream()
                .anyMatch(each -> each.getName().equals(group)));
  }

  private static Optional<List<NodeFacts>> nodes(KubernetesClient client) {
    var nodes = seen(() -> client.nodes().list().getItems());
    List<Pod> pods =
        nodes.isEmpty()
            ? List.of()
            : seen(() -> client.pods().inAnyNamespace().list().getItems()).orElse(List.of());
    return nodes.map(all -> all.stream().map(each -> NodeFacts.of(each, pods)).toList());
  }

  private static Optional<Namespace> namespace(KubernetesClient client, String name) {
    return seen(() -> Optional.ofNullable(client.namespaces().withName(name).get()))
        .orElse(Optional.empty());
  }

  private static boolean isAbsent(KubernetesClient client, String name) {
    return seen(() -> client.namespaces().withName(name).get() == null).orElse(false);
  }

  private static Permission review(KubernetesClient client, String namespace, Wanted wanted) {
    SelfSubjectAccessReview asked =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withNamespace(namespace)
            .withVerb(wanted.verb())
            .withGroup(wanted.group())
            .withResource(wanted.resource())
            .withSubresource(wanted.subresource().isEmpty() ? null : wanted.subresource())
            .endResourceAttributes()
            .endSpec()
            .build();
    boolean allowed =
        Boolean.TRUE.equals(
            client
                .authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(asked)
                .getStatus()
                .getAllowed());
    return new Permission(
        wanted.verb(), wanted.group(), wanted.resource(), wanted.subresource(), allowed);
  }

  /// Empty where this user may not see it.
  static <T> Optional<T> seen(Supplier<T> question) {
    try {
      return Optional.ofNullable(question.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403 || e.getCode() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Map<String, BigDecimal> left(
      Map<String, Quantity> hard, Map<String, Quantity> used) {
    Map<String, BigDecimal> left = new TreeMap<>();
    hard.forEach((name, quantity) ->
        left.put(name, NodeFacts.amount(quantity).subtract(NodeFacts.amount(used.get(name)))));
    return left;
  }

  private static Map<String, BigDecimal> maximum(List<LimitRange> ranges) {
    Map<String, BigDecimal> maximum = new TreeMap<>();
    for (LimitRange range : ranges) {
      range.getSpec().getLimits().stream()
          .filter(each -> "Container".equals(each.getType()) && each.getMax() != null)
          .forEach(each ->
              each.getMax()
                  .forEach((name, quantity) ->
                      maximum.merge(name, NodeFacts.amount(quantity), BigDecimal::min)));
    }
    return maximum;
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  private static Map<String, Quantity> used(Map<String, Quantity> map) {
    return map == null ? Map.of() : map;
  }

  public boolean serves(String group) {
    return apis.contains(group);
  }
}
