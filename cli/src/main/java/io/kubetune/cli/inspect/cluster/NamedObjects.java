package io.kubetune.cli.inspect.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.PodRequest;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Secrets, ConfigMaps, claims and accounts that a request names: a pod would wait for those that
/// are not there.
///
/// A Secret is looked at where this user may: that it exists, and what its keys are called.
///
/// ```
/// new NamedObjects(cluster, request).missing()
/// ```
public record NamedObjects(Cluster cluster, TuneRequest request) {

  /// One problem for each that is not there; what may not be seen is taken to be there.
  public List<Problem> missing() {
    List<Problem> problems = new ArrayList<>();
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace();
    PodRequest pod = request.pod();
    SecretKeys keys = SecretKeys.of(request);
    Stream.of(
            request.modelSecret().stream(),
            request.dataSecrets().stream(),
            request.outputSecret().stream(),
            pod.imagePullSecrets().stream(),
            pod.secretEnv().values().stream().map(key -> key.secret()))
        .flatMap(each -> each)
        .distinct()
        .forEach(name ->
            require(
                    problems,
                    "Secret",
                    name,
                    keys.command(name) + " -n " + namespace,
                    () -> client.secrets().inNamespace(namespace).withName(name).get())
                .flatMap(keys::problem)
                .ifPresent(problems::add));
    claims()
        .distinct()
        .forEach(name ->
            require(
                problems,
                "PersistentVolumeClaim",
                name,
                "see those there are:\n  kubectl get pvc -n " + namespace,
                () -> client.persistentVolumeClaims().inNamespace(namespace).withName(name).get()));
    pod.caConfigMap()
        .ifPresent(map ->
            require(
                    problems,
                    "ConfigMap",
                    map.name(),
                    "kubectl create configmap "
                        + map.name()
                        + " -n "
                        + namespace
                        + " --from-file=ca.crt=FILE",
                    () -> client.configMaps().inNamespace(namespace).withName(map.name()).get())
                .flatMap(new CaConfigMap(map)::problem)
                .ifPresent(problems::add));
    pod.serviceAccount()
        .ifPresent(name ->
            require(
                problems,
                "ServiceAccount",
                name,
                "kubectl create serviceaccount " + name + " -n " + namespace,
                () -> client.serviceAccounts().inNamespace(namespace).withName(name).get()));
    return problems;
  }

  private Stream<String> claims() {
    Stream<String> inputs =
        Stream.of(
                Stream.of(request.model()),
                request.data().stream(),
                request.evalData().stream(),
                request.sources().modelCache().stream())
            .flatMap(each -> each)
            .filter(Location.Claim.class::isInstance)
            .map(each -> ((Location.Claim) each).claim());
    Stream<String> output =
        request.output().stream()
            .filter(Output.Claim.class::isInstance)
            .map(each -> ((Output.Claim) each).claim());
    return Stream.of(inputs, output, request.pod().checkpointClaim().stream())
        .flatMap(each -> each);
  }

  private <T> Optional<T> require(
      List<Problem> problems, String kind, String name, String remedy, Supplier<T> get) {
    try {
      T found = get.get();
      if (found == null) {
        problems.add(
            new Problem(
                kind + " " + name, "there is none in namespace " + cluster.namespace(), remedy));
      }
      return Optional.ofNullable(found);
    } catch (KubernetesClientException e) {
      if (e.getCode() != 403) {
        throw cluster.told("can't look for the " + kind + " " + name, e);
      }
      return Optional.empty();
    }
  }
}
