package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// Where a dataset or a model comes from.
///
/// ```
/// SourceReference.data("hf://datasets/openai/gsm8k@main/main") // HuggingFace(DATASET, …)
/// SourceReference.model("HuggingFaceTB/SmolLM2-135M")          // HuggingFace(MODEL, …)
/// ```
public sealed interface SourceReference {

  /// The form that a user would type, without what may be secret.
  String text();

  /// A file or folder of this machine: a path, or `file:` and a path.
  record Local(Path path) implements SourceReference {
    @Override
    public String text() {
      return path.toString();
    }
  }

  /// One file of a web server.
  ///
  /// @param uri https, or http of this machine; without fragment
  /// @param sha256 from `#sha256=`
  record Https(URI uri, Optional<Digest> sha256) implements SourceReference {
    @Override
    public String text() {
      return shown(uri);
    }
  }

  /// What a repository of the Hugging Face hub is.
  enum Kind {
    MODEL("models"),
    DATASET("datasets");

    private final String plural;

    Kind(String plural) {
      this.plural = plural;
    }

    /// As the hub's API and its cache folders spell it.
    String plural() {
      return plural;
    }
  }

  /// A repository of the Hugging Face hub.
  ///
  /// @param repository `org/name`, or `name` for a few old ones
  /// @param revision branch, tag or commit; empty: `main`
  /// @param path a file or folder in it; empty: all of it
  record HuggingFace(Kind kind, String repository, Optional<String> revision, String path)
      implements SourceReference {
    @Override
    public String text() {
      return "hf://"
          + (kind == Kind.DATASET ? "datasets/" : "")
          + repository
          + revision.map(each -> "@" + each).orElse("")
          + (path.isEmpty() ? "" : "/" + path);
    }
  }

  /// An object, or all objects below a prefix.
  ///
  /// @param key of one object, or a prefix of several; may be empty
  record S3(String bucket, String key) implements SourceReference {
    @Override
    public String text() {
      return "s3://" + bucket + "/" + key;
    }
  }

  /// An image with files under `/data`; pulled by [io.kubetune.cli.registry].
  ///
  /// @param file one file or folder below `/data`; empty is all of it
  record Image(String reference, String file) implements SourceReference {
    @Override
    public String text() {
      return "image://" + reference + (file.isEmpty() ? "" : "#" + file);
    }
  }

  /// A path in a PersistentVolumeClaim; mounted by the pod.
  record Volume(String claim, String path) implements SourceReference {
    @Override
    public String text() {
      return "pvc://" + claim + (path.isEmpty() ? "" : "/" + path);
    }
  }

  /// @throws io.kubetune.contract.TuneException USAGE, naming the forms that are accepted
  static SourceReference data(String text) {
    return SourceText.data(text);
  }

  /// As [#data], where a preset's name and `org/name` are models of the Hugging Face hub.
  ///
  /// @throws io.kubetune.contract.TuneException USAGE, naming the forms that are accepted
  static SourceReference model(String text) {
    return SourceText.model(text);
  }

  /// An address for people's eyes: a query may hold a signature, a user's part a password.
  static String shown(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return uri.getScheme()
        + "://"
        + uri.getHost()
        + port
        + path
        + (uri.getRawQuery() == null ? "" : "?…");
  }
}
