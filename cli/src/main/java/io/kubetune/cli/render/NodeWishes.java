package io.kubetune.cli.render;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node affinity in the two words that a Workspace has for it: expressions that nodes must match,
/// and names of nodes that are preferred.
///
/// ```
/// NodeWishes.of(request.pod().affinity()).map(NodeWishes::preferredNodes)
/// ```
record NodeWishes(List<Object> matchExpressions, List<Object> preferredNodes) {

  /// Empty where the affinity says anything else.
  static Optional<NodeWishes> of(Map<String, Object> affinity) {
    if (affinity.isEmpty()) {
      return Optional.of(new NodeWishes(List.of(), List.of()));
    }
    if (affinity.size() != 1 || !(affinity.get("nodeAffinity") instanceof Map<?, ?> node)) {
      return Optional.empty();
    }
    Object required = node.get("requiredDuringSchedulingIgnoredDuringExecution");
    Object preferred = node.get("preferredDuringSchedulingIgnoredDuringExecution");
    int understood = (required == null ? 0 : 1) + (preferred == null ? 0 : 1);
    Optional<List<Object>> expressions =
        required == null
            ? Optional.of(List.of())
            : only(required, "nodeSelectorTerms")
                .flatMap(NodeWishes::single)
                .flatMap(term -> only(term, "matchExpressions"))
                .flatMap(NodeWishes::list);
    Optional<List<Object>> names =
        preferred == null
            ? Optional.of(List.of())
            : single(preferred).flatMap(NodeWishes::preferredNames);
    return node.size() == understood && expressions.isPresent() && names.isPresent()
        ? Optional.of(new NodeWishes(expressions.get(), names.get()))
        : Optional.empty();
  }

  private static Optional<List<Object>> preferredNames(Object weighted) {
    return weighted instanceof Map<?, ?> map
            && map.get("preference") != null
            && map.size() == 2
            && map.containsKey("weight")
        ? only(map.get("preference"), "matchExpressions")
            .flatMap(NodeWishes::single)
            .filter(each ->
                each instanceof Map<?, ?> expression
                    && "kubernetes.io/hostname".equals(expression.get("key"))
                    && "In".equals(expression.get("operator")))
            .flatMap(each -> list(((Map<?, ?>) each).get("values")))
        : Optional.empty();
  }

  private static Optional<Object> only(Object map, String key) {
    return map instanceof Map<?, ?> entries && entries.size() == 1
        ? Optional.ofNullable(entries.get(key))
        : Optional.empty();
  }

  private static Optional<Object> single(Object list) {
    return list instanceof List<?> items && items.size() == 1
        ? Optional.of(items.getFirst())
        : Optional.empty();
  }

  private static Optional<List<Object>> list(Object value) {
    return value instanceof List<?> items ? Optional.of(List.copyOf(items)) : Optional.empty();
  }
}
