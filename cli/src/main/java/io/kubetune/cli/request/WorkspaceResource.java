package io.kubetune.cli.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a KAITO Workspace's `resource`: which node it wants, in the words of a pod's spec.
///
/// ```
/// new WorkspaceResource(taker).read(resource);
/// ```
record WorkspaceResource(EntryTaker taker) {

  void read(YamlEntry resource) {
    Map<String, YamlEntry> keys =
        taker.known(
            resource, "count", "instanceType", "labelSelector", "preferredNodes", "partition");
    YamlEntry count = keys.get("count");
    if (count != null && !count.scalar().equals(Optional.of("1"))) {
      taker.problem(
          count, "KAITO tunes on one node alone", "write 1; --runtime job --workers N takes more");
    }
    taker.refuse(
        keys.get("partition"), "a part of a GPU", "KAITO refuses it for tuning; take it out");
    taker.one(Field.INSTANCE_TYPE, keys.get("instanceType"));
    YamlEntry selector = keys.get("labelSelector");
    YamlEntry expressions = null;
    if (selector == null) {
      taker.problem(resource, "no labelSelector", "KAITO requires one");
    } else {
      Map<String, YamlEntry> selectors = taker.known(selector, "matchLabels", "matchExpressions");
      taker.map(Field.NODE_SELECTOR, selectors.get("matchLabels"));
      expressions = selectors.get("matchExpressions");
    }
    affinity(resource, expressions, keys.get("preferredNodes"));
  }

  /// The rest of how KAITO picks nodes, in the words of a pod's spec.
  private void affinity(YamlEntry resource, YamlEntry expressions, YamlEntry preferredNodes) {
    List<String> parts = new ArrayList<>();
    if (expressions != null) {
      parts.add(
          "requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: "
              + expressions.flow(taker.problems())
              + "}]}");
    }
    if (preferredNodes != null && !preferredNodes.items().isEmpty()) {
      parts.add(
          "preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference:"
              + " {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: "
              + preferredNodes.flow(taker.problems())
              + "}]}}]");
    }
    if (!parts.isEmpty()) {
      taker.take(Field.AFFINITY, "{nodeAffinity: {" + String.join(", ", parts) + "}}", resource);
    }
  }
}
