package io.kubetune.cli.source;

import io.kubetune.cli.registry.Loopback;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The Hugging Face hub, or a mirror of it, as one repository of it is asked for.
///
/// ```
/// HubOrigin hub = HubOrigin.of(reference, options);
/// hub.api("main"); // https://huggingface.co/api/models/org/name/revision/main?blobs=true
/// ```
record HubOrigin(
    URI endpoint, Optional<Secret> token, Path tokenFile, SourceReference.HuggingFace repository)
    implements Origin {

  /// Names and places as huggingface_hub documents its environment variables.
  static HubOrigin of(SourceReference.HuggingFace repository, SourceOptions options) {
    URI endpoint =
        URI.create(
            options
                .variable("HF_ENDPOINT")
                .orElse("https://huggingface.co")
                .replaceFirst("/+$", ""));
    if (endpoint.getHost() == null || endpoint.getRawUserInfo() != null) {
      throw unusable("no https://HOST, or with a user or password in it");
    }
    Path file =
        options
            .variable("HF_TOKEN_PATH")
            .map(Path::of)
            .orElseGet(() -> HubCache.home(options).resolve("token"));
    Optional<Secret> token =
        options.isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN")
            ? Optional.empty()
            : options
                .variable("HF_TOKEN")
                .or(() -> options.variable("HUGGING_FACE_HUB_TOKEN"))
                .or(() -> read(file))
                .map(Secret::new);
    if (token.isPresent()
        && !"https".equals(endpoint.getScheme())
        && !Loopback.is(endpoint.getHost())) {
      throw unusable("plain http, where the token could be read by others");
    }
    return new HubOrigin(endpoint, token, file, repository);
  }

  private static TuneException unusable(String found) {
    return new TuneException(
        ExitCode.USAGE,
        "can't use the hub that HF_ENDPOINT names",
        "HF_ENDPOINT",
        found,
        "write https://HOST");
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// What the repository holds at a revision.
  URI api(String revision) {
    return URI.create(
        "%s/api/%s/%s/revision/%s?blobs=true"
            .formatted(
                endpoint,
                repository.kind().plural(),
                repository.repository(),
                URLEncoder.encode(revision, StandardCharsets.UTF_8).replace("+", "%20")));
  }

  /// One file's content.
  URI file(String commit, String path) {
    String encoded =
        Arrays.stream(path.split("/"))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    return URI.create(page() + "/resolve/" + commit + "/" + encoded);
  }

  /// The repository's page for people.
  String page() {
    String kind = repository.kind() == SourceReference.Kind.DATASET ? "/datasets/" : "/";
    return endpoint + kind + repository.repository();
  }

  @Override
  public Map<String, String> headers(URI uri) {
    return token.map(each -> Map.of("Authorization", "Bearer " + each.value())).orElse(Map.of());
  }

  @Override
  public TuneException refused(Answer answer) {
    String code = answer.header("X-Error-Code").orElse("");
    String said =
        Stream.of(answer.header("X-Error-Message").orElse(""), answer.excerpt())
            .filter(text -> !text.isEmpty())
            .findFirst()
            .map(text -> token.map(secret -> secret.hiddenIn(text)).orElse(text))
            .orElse("");
    if (code.equals("GatedRepo")) {
      return gated(said);
    }
    if (code.equals("RevisionNotFound")) {
      return missing("no revision '" + repository.revision().orElse("main") + "'", "");
    }
    if (answer.status() == 404 || code.equals("RepoNotFound")) {
      return missing(
          "no such repository, or a private one",
          token.isPresent()
              ? "is it spelled right, and may the token's account read it?"
              : "is it spelled right? For a private one " + whereTokensGo());
    }
    if (answer.status() == 401 || answer.status() == 403) {
      return new TuneException(
          ExitCode.SOURCE,
          "can't download " + repository.text(),
          page(),
          "the hub answered " + answer.status() + (said.isEmpty() ? "" : ": " + said),
          token.isPresent()
              ? "is the token still valid, and may it read this repository?"
              : whereTokensGo());
    }
    return Origin.plainly(answer, said, "");
  }

  private TuneException gated(String said) {
    return new TuneException(
        ExitCode.SOURCE,
        "can't download " + repository.text(),
        page(),
        "the repository is gated: its owner asks everyone to accept terms"
            + (said.isEmpty() ? "" : " (" + said + ")"),
        token.isPresent()
            ? "accept the terms at "
                + page()
                + " with the token's account; a fine-grained token also needs the permission to read"
                + " gated repositories"
            : "accept the terms at " + page() + ", then " + whereTokensGo());
  }

  private TuneException missing(String found, String remedy) {
    return new TuneException(
        ExitCode.NOT_FOUND, "can't find " + repository.text(), page(), found, remedy);
  }

  private String whereTokensGo() {
    return "make a token at "
        + endpoint
        + "/settings/tokens and put it into HF_TOKEN or the file "
        + tokenFile
        + " (in a cluster: a Secret)";
  }
}
