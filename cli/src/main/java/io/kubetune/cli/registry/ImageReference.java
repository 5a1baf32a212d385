package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where an image is: an OCI layout on disk, or a repository of a registry.
///
/// ```
/// ImageReference.parse("oci:out/adapter:v1");
/// ImageReference.parse("ghcr.io/team/adapter:v1");
/// ImageReference.parse("ghcr.io/team/adapter@sha256:…");
/// ```
public sealed interface ImageReference {

  /// An OCI layout, a folder that skopeo, podman and crane read and write too.
  record OciLayout(Path dir, String tag) implements ImageReference {
    @Override
    public String toString() {
      return "oci:" + dir + ":" + tag;
    }
  }

  /// @param host with its port where there is one, as the user named it (`docker.io`)
  /// @param digest wins over the tag where both are given, as in every other tool
  record Registry(String host, String repository, Optional<String> tag, Optional<Digest> digest)
      implements ImageReference {

    /// What the registry is asked for.
    String reference() {
      return digest.map(Digest::toString).orElseGet(() -> tag.orElse(DEFAULT_TAG));
    }

    @Override
    public String toString() {
      return host
          + "/"
          + repository
          + tag.map(name -> ":" + name).orElse("")
          + digest.map(sum -> "@" + sum).orElse("");
    }
  }

  String DEFAULT_TAG = "latest";

  // Grammar: OCI distribution spec 1.1, "Pulling manifests"; hosts as in Docker's references.
  Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  Pattern REPOSITORY =
      Pattern.compile(
          "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  Pattern HOST = Pattern.compile("(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+])(?::[0-9]{1,5})?");

  static ImageReference parse(String text) {
    return text.startsWith("oci:") ? layout(text) : registry(text);
  }

  private static ImageReference layout(String text) {
    String rest = text.substring("oci:".length());
    int colon = rest.lastIndexOf(':');
    boolean tagged = colon > 0 && rest.indexOf('/', colon) < 0;
    String tag = tagged ? rest.substring(colon + 1) : DEFAULT_TAG;
    String dir = tagged ? rest.substring(0, colon) : rest;
    if (dir.isEmpty()) {
      throw refused(text, "no folder after oci:");
    }
    if (!TAG.matcher(tag).matches()) {
      throw refused(text, "'" + tag + "' is not a tag");
    }
    return new OciLayout(Path.of(dir), tag);
  }

  private static ImageReference registry(String text) {
    String name = text;
    Optional<Digest> digest = Optional.empty();
    int at = text.indexOf('@');
    if (at >= 0) {
      digest = Digest.parse(text.substring(at + 1));
      name = text.substring(0, at);
      if (digest.isEmpty()) {
        throw refused(text, "'" + text.substring(at + 1) + "' is not a sha256 digest");
      }
    }
    Optional<String> tag = Optional.empty();
    int colon = name.lastIndexOf(':');
    if (colon > name.lastIndexOf('/')) {
      tag = Optional.of(name.substring(colon + 1));
      name = name.substring(0, colon);
      if (!TAG.matcher(tag.get()).matches()) {
        throw refused(text, "'" + tag.get() + "' is not a tag");
      }
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of(DEFAULT_TAG);
    }
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean named = first.contains(".") || first.contains(":") || first.equals("localhost");
    String host = named ? first : "docker.io";
    String repository = named ? name.substring(slash + 1) : name;
    // Docker's rule, which every tool follows: official images live under library/.
    if (host.equals("docker.io") && !repository.contains("/")) {
      repository = "library/" + repository;
    }
    Matcher grammar = REPOSITORY.matcher(repository);
    if (!HOST.matcher(host).matches()) {
      throw refused(text, "'" + host + "' is not a host");
    }
    if (!grammar.matches() || repository.length() > 255) {
      throw refused(text, "'" + repository + "' is not a repository (lower case, digits, . _ - /)");
    }
    return new Registry(host, repository, tag, digest);
  }

  private static TuneException refused(String text, String found) {
    return new TuneException(
        ExitCode.USAGE,
        "can't read the image reference '" + text + "'",
        text,
        found,
        "accepted are oci:DIR[:TAG], HOST/REPOSITORY[:TAG] and HOST/REPOSITORY@sha256:DIGEST");
  }
}
