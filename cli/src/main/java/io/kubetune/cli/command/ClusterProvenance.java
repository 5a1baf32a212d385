package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What the image of a run in the cluster must say of where it comes from: its name, its model, and
/// the training config that its ConfigMap holds.
///
/// ```
/// ClusterProvenance.of(cluster, found).differences(annotations, image)
/// ```
final class ClusterProvenance {
  private ClusterProvenance() {}

  static Provenance of(Cluster cluster, ClusterRuns.Found run) {
    Optional<String> config =
        cluster.ask(
            "can't read the training config of " + run.reference(),
            () ->
                Optional.ofNullable(
                        cluster
                            .client()
                            .configMaps()
                            .inNamespace(run.namespace())
                            .withName(run.name() + "-config")
                            .get())
                    .map(map -> map.getData().get("training_config.yaml")));
    return new Provenance(
        run.annotation("tune.kubetune.io/model").orElse(run.name()),
        Optional.empty(),
        Optional.empty(),
        config.map(text -> Digest.of(text.getBytes(StandardCharsets.UTF_8)).toString()),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.of(run.name()),
        Optional.empty());
  }
}
