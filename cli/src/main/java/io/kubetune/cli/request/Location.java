package io.kubetune.cli.request;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where a model or rows come from, as the user named it.
///
/// ```
/// Location.Image("registry.example.com/models/smollm2:1")  // image://registry.example.com/…
/// Location.Claim("models", "llama/3")                       // pvc://models/llama/3
/// ```
public sealed interface Location {

  /// The form that a user would type.
  String text();

  /// A file or folder of this machine.
  record Local(Path path) implements Location {
    @Override
    public String text() {
      return path.toString();
    }
  }

  /// A model of `templates/presets/presets.yaml`.
  record Preset(String name) implements Location {
    @Override
    public String text() {
      return name;
    }
  }

  /// A repository of the Hugging Face hub, `org/name`, at a revision where one is given.
  record HuggingFace(String repository, Optional<String> revision) implements Location {
    @Override
    public String text() {
      return "hf://" + repository + revision.map(r -> "@" + r).orElse("");
    }
  }

  /// An image with the files under `/data` (or, for a model packaged by KAITO, its weights).
  ///
  /// @param file one file or folder below `/data`; empty is all of it
  record Image(String reference, String file) implements Location {
    public Image(String reference) {
      this(reference, "");
    }

    @Override
    public String text() {
      return "image://" + reference + (file.isEmpty() ? "" : "#" + file);
    }
  }

  /// A path inside a PersistentVolumeClaim of the run's namespace; an empty path is its root.
  record Claim(String claim, String path) implements Location {
    @Override
    public String text() {
      return "pvc://" + claim + (path.isEmpty() ? "" : "/" + path);
    }
  }

  /// Any other volume, as a pod's spec writes its source.
  record Volume(Map<String, Object> source) implements Location {
    @Override
    public String text() {
      return "volume " + String.join(", ", source.keySet());
    }
  }

  /// A download: http, https, s3, or a dataset of the hub, `hf://datasets/org/name`.
  record Url(URI uri) implements Location {
    @Override
    public String text() {
      return uri.toString();
    }
  }
}
