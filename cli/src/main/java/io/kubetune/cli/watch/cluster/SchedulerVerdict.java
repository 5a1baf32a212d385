package io.kubetune.cli.watch.cluster;

import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.cluster.Explanation.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The scheduler's sentence about nodes that do not fit, taken apart.
///
/// Its form has been the same since Kubernetes 1.6 (`framework.FitError`): `0/3 nodes are
/// available: 1 Insufficient nvidia.com/gpu, 2 node(s) had untolerated taint {a: b}. preemption: …`
///
/// ```
/// SchedulerVerdict.explain(message, run, List.of()) // [NO_GPU: no node has a free nvidia.com/gpu: 1 of 3 …]
/// ```
final class SchedulerVerdict {
  private static final Pattern SENTENCE =
      Pattern.compile(
          "0/(?<nodes>\\d+) nodes are available: (?<reasons>.*?)(\\.? ?preemption:.*)?\\.?",
          Pattern.DOTALL);
  private static final Pattern REASON = Pattern.compile("(?<count>\\d+) (?<text>.+?)(?=, \\d+ |$)");
  private static final Pattern TAINT = Pattern.compile("\\{([^}]*)\\}");
  private static final Pattern NO_CLAIM =
      Pattern.compile("persistentvolumeclaim \"([^\"]+)\" not found");

  private SchedulerVerdict() {}

  /// @param taints of the nodes, which newer schedulers do not name
  static List<Explanation> explain(String message, ClusterRuns.Found run, List<String> taints) {
    Matcher claim = NO_CLAIM.matcher(message);
    if (claim.find()) {
      return List.of(
          new Explanation(
              Cause.VOLUME,
              "pending: there is no PersistentVolumeClaim '" + claim.group(1) + "'",
              "make it, or create the run with another claim"));
    }
    if (message.contains("unbound immediate PersistentVolumeClaims")) {
      return List.of(
          new Explanation(
              Cause.VOLUME,
              "pending: a PersistentVolumeClaim of the run is not bound to a volume",
              "see what it waits for, and the storage classes that there are:\n  kubectl describe pvc -n "
                  + run.namespace()
                  + "\n  kubectl tune doctor"));
    }
    Matcher sentence = SENTENCE.matcher(message);
    if (!sentence.matches()) {
      return List.of(
          new Explanation(
              Cause.NO_NODE, "pending: " + message, "kubectl tune status " + run.typed()));
    }
    int nodes = Integer.parseInt(sentence.group("nodes"));
    List<Explanation> all = new ArrayList<>();
    Matcher reason = REASON.matcher(sentence.group("reasons"));
    while (reason.find()) {
      all.add(
          explain(
              Integer.parseInt(reason.group("count")),
              nodes,
              reason.group("text").strip(),
              taints));
    }
    if (all.isEmpty()) {
      all.add(
          new Explanation(
              Cause.NO_NODE,
              "pending: " + message,
              "look at its pod:\n  kubectl describe pods -l batch.kubernetes.io/job-name="
                  + run.name()
                  + " -n "
                  + run.namespace()));
    }
    // What can be changed by this user's own request comes first.
    all.sort(java.util.Comparator.comparing(Explanation::cause));
    return all;
  }

  private static Explanation explain(int count, int nodes, String reason, List<String> taints) {
    String of = count + " of " + nodes + " nodes";
    if (reason.startsWith("Insufficient ")) {
      String resource = reason.substring("Insufficient ".length());
      return switch (resource) {
        case "cpu" ->
            new Explanation(
                Cause.NOT_ENOUGH_CPU,
                "pending: not enough free CPU on " + of,
                "give a smaller --cpu, or wait until others are done");
        case "memory" ->
            new Explanation(
                Cause.NOT_ENOUGH_MEMORY,
                "pending: not enough free memory on " + of,
                "give a smaller --memory, or wait until others are done");
        default ->
            new Explanation(
                Cause.NO_GPU,
                "pending: no free " + resource + " on " + of,
                "train on the CPU by --gpus 0, or see the cluster's GPUs:\n  kubectl tune doctor");
      };
    }
    if (reason.contains("untolerated taint")) {
      Matcher named = TAINT.matcher(reason);
      List<String> all = named.find() ? List.of(named.group(1).replace(": ", "=")) : taints;
      return new Explanation(
          Cause.TAINTED,
          "pending: " + of + " are tainted" + (all.isEmpty() ? "" : ": " + String.join(", ", all)),
          all.isEmpty()
              ? "bear a taint by --toleration; which there are:\n  kubectl describe nodes"
              : "--toleration " + all.getFirst() + " if the run may go there");
    }
    if (reason.contains("node affinity/selector")) {
      return new Explanation(
          Cause.NODE_SELECTOR,
          "pending: " + of + " do not match the node selector or affinity",
          "give another --node-selector; the labels that there are:\n  kubectl get nodes --show-labels");
    }
    if (reason.contains("PersistentVolumeClaim") || reason.contains("volume")) {
      return new Explanation(
          Cause.VOLUME,
          "pending: the volume does not fit " + of + " (" + reason + ")",
          "see what it waits for:\n  kubectl describe pvc");
    }
    if (reason.contains("unschedulable")
        || reason.contains("not ready")
        || reason.contains("unreachable")) {
      return new Explanation(
          Cause.NO_NODE, "pending: " + of + " take no pods (" + reason + ")", "kubectl get nodes");
    }
    return new Explanation(Cause.NO_NODE, "pending: " + of + ": " + reason, "kubectl get nodes");
  }
}
