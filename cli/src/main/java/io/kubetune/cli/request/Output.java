package io.kubetune.cli.request;

import java.nio.file.Path;
import java.util.Map;

/// Where the adapter goes.
///
/// ```
/// new Output.Image("registry.example.com/adapters/bot:1")
/// ```
public sealed interface Output {

  /// The form that a user would type.
  String text();

  /// A registry's repository and tag.
  record Image(String reference) implements Output {
    @Override
    public String text() {
      return reference;
    }
  }

  /// An OCI image layout on this machine's disk.
  record Layout(Path folder) implements Output {
    @Override
    public String text() {
      return "oci:" + folder;
    }
  }

  /// A path inside a PersistentVolumeClaim of the run's namespace.
  record Claim(String claim, String path) implements Output {
    @Override
    public String text() {
      return "pvc://" + claim + (path.isEmpty() ? "" : "/" + path);
    }
  }

  /// Any other volume, as a pod's spec writes its source.
  record Volume(Map<String, Object> source) implements Output {
    @Override
    public String text() {
      return "volume " + String.join(", ", source.keySet());
    }
  }
}
