package io.kubetune.cli.render;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// One object for the API server.
///
/// ```
/// manifest.reference() // "job.batch/bot"
/// ```
///
/// @param tree maps with text keys, lists, texts, whole numbers and booleans, in the order to print
public record Manifest(Map<String, Object> tree) {

  public Manifest {
    tree = Collections.unmodifiableMap(new LinkedHashMap<>(tree));
  }

  public String apiVersion() {
    return (String) tree.get("apiVersion");
  }

  public String kind() {
    return (String) tree.get("kind");
  }

  public String name() {
    return (String) ((Map<?, ?>) tree.get("metadata")).get("name");
  }

  /// As `kubectl -o name` prints it, and `kubectl delete` takes it.
  public String reference() {
    int slash = apiVersion().indexOf('/');
    String group = slash < 0 ? "" : "." + apiVersion().substring(0, slash);
    return kind().toLowerCase(Locale.ROOT) + group + "/" + name();
  }
}
