package io.kubetune.cli.source;

import io.kubetune.cli.model.Presets;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.Loopback;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the text of a source.
///
/// ```
/// SourceText.data("https://example.com/rows.jsonl#sha256=…")
/// ```
final class SourceText {
  private static final String FORMS =
      "a path, https://HOST/FILE[#sha256=HEX], hf://datasets/ORG/NAME[@REVISION][/PATH],"
          + " hf://ORG/NAME[@REVISION], s3://BUCKET/PREFIX, image://IMAGE, pvc://CLAIM/PATH or"
          + " file:PATH";
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";

  // A slash may stand in a revision only where the hub itself makes such names.
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "(?<repository>%s/%s)(@(?<revision>refs/(?:convert|pr)/[A-Za-z0-9._-]+|[^/@]+))?(/(?<path>.*))?"
              .formatted(NAME, NAME));
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,62}");

  private SourceText() {}

  static SourceReference data(String text) {
    return withScheme(text).orElseGet(() -> new SourceReference.Local(path(text, text)));
  }

  static SourceReference model(String text) {
    Optional<SourceReference> schemed = withScheme(text);
    if (schemed.isPresent()) {
      return schemed.get();
    }
    if (Files.isDirectory(path(text, text))) {
      return new SourceReference.Local(Path.of(text));
    }
    return Presets.find(text)
        .map(preset -> hub(SourceReference.Kind.MODEL, preset.repository(), text))
        .or(() ->
            REPOSITORY.matcher(text).matches()
                ? Optional.of(hub(SourceReference.Kind.MODEL, text, text))
                : Optional.empty())
        .orElseThrow(() -> wrong(text, "no folder, no preset, no ORG/NAME"));
  }

  private static Optional<SourceReference> withScheme(String text) {
    if (text.isBlank()) {
      throw wrong(text, "empty");
    }
    if (text.startsWith("file:")) {
      String rest = text.substring("file:".length());
      return Optional.of(
          new SourceReference.Local(
              path(rest.startsWith("//") ? rest.substring("//".length()) : rest, text)));
    }
    int colon = text.indexOf("://");
    if (colon < 0) {
      return Optional.empty();
    }
    String rest = text.substring(colon + "://".length());
    return Optional.of(
        switch (text.substring(0, colon)) {
          case "https", "http" -> web(text);
          case "hf" ->
              rest.startsWith("datasets/")
                  ? hub(SourceReference.Kind.DATASET, rest.substring("datasets/".length()), text)
                  : hub(SourceReference.Kind.MODEL, rest, text);
          case "s3" -> bucket(rest, text);
          case "image" -> {
            int hash = rest.indexOf('#');
            yield new SourceReference.Image(
                hash < 0 ? rest : rest.substring(0, hash),
                hash < 0 ? "" : rest.substring(hash + 1));
          }
          case "pvc" -> {
            String[] parts = rest.split("/", 2);
            yield new SourceReference.Volume(parts[0], parts.length > 1 ? parts[1] : "");
          }
          default -> throw wrong(text, "its scheme is not known");
        });
  }

  private static Path path(String path, String text) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw wrong(text, "no path (" + e.getReason() + ")");
    }
  }

  private static SourceReference web(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw wrong(withoutQuery(text), "no address: " + e.getReason());
    }
    if (uri.getHost() == null) {
      throw wrong(withoutQuery(text), "no host in it");
    }
    if (uri.getRawUserInfo() != null) {
      throw wrong(
          uri.getScheme() + "://…@" + uri.getHost(),
          "a user or password in an address ends up in logs and process lists; name the variable"
              + " or file that holds the header by --data-header-from");
    }
    if (uri.getScheme().equals("http") && !Loopback.is(uri.getHost())) {
      throw wrong(withoutQuery(text), "plain http is for this machine alone; write https");
    }
    Optional<Digest> sha256 = Optional.empty();
    String fragment = uri.getRawFragment();
    if (fragment != null) {
      sha256 = Digest.parse(fragment.replaceFirst("^sha256=", "sha256:").toLowerCase());
      if (sha256.isEmpty()) {
        throw wrong(
            withoutQuery(text), "after # stands sha256= and 64 hexadecimal digits, or nothing");
      }
    }
    return new SourceReference.Https(
        URI.create(fragment == null ? text : text.substring(0, text.indexOf('#'))), sha256);
  }

  private static SourceReference hub(SourceReference.Kind kind, String rest, String text) {
    Matcher matcher = REPOSITORY.matcher(rest);
    if (!matcher.matches()) {
      throw wrong(text, "no ORG/NAME[@REVISION] of the Hugging Face hub");
    }
    String path = Optional.ofNullable(matcher.group("path")).orElse("");
    if (kind == SourceReference.Kind.MODEL && !path.isEmpty()) {
      throw wrong(text, "a model is a whole repository; for rows write hf://datasets/ORG/NAME");
    }
    if (Path.of("/", path).normalize().getNameCount() != Path.of("/", path).getNameCount()) {
      throw wrong(text, "the path leaves the repository");
    }
    Optional<String> revision =
        Optional.ofNullable(matcher.group("revision"))
            .map(each -> URLDecoder.decode(each, StandardCharsets.UTF_8));
    return new SourceReference.HuggingFace(
        kind, matcher.group("repository"), revision, path.replaceFirst("/+$", ""));
  }

  private static SourceReference bucket(String rest, String text) {
    String[] parts = rest.split("/", 2);
    if (!BUCKET.matcher(parts[0]).matches()) {
      throw wrong(text, "no bucket in it");
    }
    return new SourceReference.S3(parts[0], parts.length > 1 ? parts[1] : "");
  }

  private static String withoutQuery(String text) {
    return text.replaceFirst("[?#].*", "").replaceFirst("//[^/@]*@", "//…@");
  }

  private static TuneException wrong(String text, String found) {
    return new TuneException(
        ExitCode.USAGE, "can't use this source", "'" + text + "'", found, "write " + FORMS);
  }
}
