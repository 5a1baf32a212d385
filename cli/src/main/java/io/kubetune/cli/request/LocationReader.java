package io.kubetune.cli.request;

import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.contract.config.NearestName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads where a model or rows come from; names without a scheme are files first.
///
/// ```
/// reader.model("HuggingFaceTB/SmolLM2-135M") // HuggingFace, unless there is such a folder here
/// ```
///
/// @param workingFolder that relative paths start from
record LocationReader(Path workingFolder) {
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";
  private static final Pattern HUGGING_FACE =
      Pattern.compile("(?<repository>" + NAME + "/" + NAME + ")(@(?<revision>[A-Za-z0-9._/-]+))?");

  Location model(String text) {
    if (text.startsWith("{")
        || text.startsWith("http:")
        || text.startsWith("https:")
        || text.startsWith("s3:")) {
      throw new IllegalArgumentException("'" + text + "' is no place for a model");
    }
    Optional<Location> schemed = withScheme(text);
    if (schemed.isPresent()) {
      if (schemed.get() instanceof Location.Image image && !image.file().isEmpty()) {
        throw new IllegalArgumentException("a model is all that an image has: take out #…");
      }
      return schemed.get();
    }
    Path folder = workingFolder.resolve(text);
    if (looksLikePath(text) || Files.isDirectory(folder)) {
      return new Location.Local(folder.normalize());
    }
    if (HUGGING_FACE.matcher(text).matches()) {
      return huggingFace(text);
    }
    if (Presets.find(text).isPresent()) {
      return new Location.Preset(text);
    }
    List<String> names = Presets.all().stream().map(Preset::name).toList();
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is no folder, preset or org/name"
            + NearestName.among(names, text)
                .map(near -> "; did you mean '" + near + "'?")
                .orElse(""));
  }

  Location data(String text) {
    if (text.startsWith("{")) {
      return new Location.Volume(Syntax.tree(text));
    }
    Optional<Location> schemed = withScheme(text);
    if (schemed.isPresent()) {
      return schemed.get();
    }
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty");
    }
    return new Location.Local(workingFolder.resolve(text).normalize());
  }

  Output output(String text) {
    if (text.startsWith("{")) {
      return new Output.Volume(Syntax.tree(text));
    }
    if (text.startsWith("oci:")) {
      if (text.length() == "oci:".length()) {
        throw new IllegalArgumentException("no folder after oci:");
      }
      return new Output.Layout(workingFolder.resolve(text.substring("oci:".length())).normalize());
    }
    if (text.startsWith("pvc://")) {
      Location.Claim claim = claim(text);
      return new Output.Claim(claim.claim(), claim.path());
    }
    String reference = text.startsWith("image://") ? text.substring("image://".length()) : text;
    return new Output.Image(Syntax.imageReference(reference));
  }

  Location folder(String text) {
    if (text.contains("://") || text.isBlank()) {
      throw new IllegalArgumentException("'" + text + "' is no folder");
    }
    return new Location.Local(workingFolder.resolve(text).normalize());
  }

  Location cacheClaim(String text) {
    return claim(text.startsWith("pvc://") ? text : "pvc://" + text);
  }

  private static Optional<Location> withScheme(String text) {
    int colon = text.indexOf("://");
    if (colon < 0) {
      return Optional.empty();
    }
    String rest = text.substring(colon + "://".length());
    return Optional.of(
        switch (text.substring(0, colon)) {
          case "image" -> image(rest);
          case "pvc" -> claim(text);
          case "hf" -> rest.startsWith("datasets/") ? url(text) : huggingFace(rest);
          case "http", "https", "s3" -> url(text);
          default ->
              throw new IllegalArgumentException(
                  "the scheme of '" + text + "' is not known: image, pvc, hf, http, https, s3");
        });
  }

  /// `REF`, or `REF#FILE`: no reference has a `#`.
  private static Location.Image image(String text) {
    int hash = text.indexOf('#');
    if (hash < 0) {
      return new Location.Image(Syntax.imageReference(text));
    }
    String file = text.substring(hash + 1);
    Path below = Path.of("/", file);
    if (file.isEmpty()
        || file.startsWith("/")
        || below.normalize().getNameCount() != below.getNameCount()) {
      throw new IllegalArgumentException("'" + file + "' is no file below the image's /data");
    }
    return new Location.Image(Syntax.imageReference(text.substring(0, hash)), file);
  }

  private static Location.Claim claim(String text) {
    String[] parts = text.substring("pvc://".length()).split("/", 2);
    String path = parts.length > 1 ? parts[1] : "";
    if (path.startsWith("/")
        || Path.of("/", path).normalize().getNameCount() != Path.of("/", path).getNameCount()) {
      throw new IllegalArgumentException("'" + path + "' leaves the claim");
    }
    return new Location.Claim(Syntax.objectName(parts[0]), path);
  }

  private static Location.HuggingFace huggingFace(String text) {
    Matcher matcher = HUGGING_FACE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no org/name[@revision]");
    }
    return new Location.HuggingFace(
        matcher.group("repository"), Optional.ofNullable(matcher.group("revision")));
  }

  private static Location.Url url(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null && uri.getAuthority() == null) {
      throw new IllegalArgumentException("'" + text + "' names no host");
    }
    if (uri.getUserInfo() != null) {
      // The text itself is left out: it holds the password.
      throw new IllegalArgumentException("a user or password inside a URL would end up in logs");
    }
    return new Location.Url(uri);
  }

  private static boolean looksLikePath(String text) {
    return text.startsWith(".")
        || text.startsWith("/")
        || text.startsWith("~")
        || text.endsWith("/");
  }
}
