package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.inspect.cluster.NamedObjects;
import io.kubetune.cli.plan.ClusterFit;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A request planned for the cluster that it goes to.
///
/// ```
/// ClusterPlan planned = ClusterPlan.of(cluster, request, false);
/// planned.problems() // everything that speaks against it
/// ```
record ClusterPlan(TunePlan plan, ClusterFacts facts, List<Problem> missing) {
  /// Training is bound by memory traffic beyond a few cores.
  private static final long CPUS_WANTED = 4;

  static ClusterPlan of(Cluster cluster, TuneRequest request, boolean plainHttp) {
    ClusterFacts facts = ClusterFacts.read(cluster);
    TunePlan plan = ClusterDryRun.plan(request, ClusterDryRun.model(request));
    if (request.runtime() == RuntimeKind.JOB && request.pod().cpu().isEmpty()) {
      long cpus = new ClusterFit(plan, facts).room().cpusThatFit(CPUS_WANTED);
      TuneRequest fitted =
          request.withPod(
              request
                  .pod()
                  .withResources(Optional.of(String.valueOf(cpus)), request.pod().memory()));
      plan = ClusterDryRun.plan(fitted, ClusterDryRun.model(request));
    }
    List<Problem> missing =
        facts.namespaceExists() ? new NamedObjects(cluster, request).missing() : List.of();
    return new ClusterPlan(plan.withPlainHttp(plainHttp), facts, missing);
  }

  ClusterFit fit() {
    return new ClusterFit(plan, facts);
  }

  List<Problem> problems() {
    List<Problem> all = new ArrayList<>(fit().problems());
    all.addAll(missing);
    return all;
  }

  boolean isMissingRights() {
    return problems().stream().anyMatch(each -> each.place().equals("permissions"));
  }
}
