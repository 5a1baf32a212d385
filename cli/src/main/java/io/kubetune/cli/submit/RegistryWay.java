package io.kubetune.cli.submit;

import io.kubetune.cli.registry.RegistryAccess;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How a run's registry is reached, typed at its start and needed at its end, when the adapter is
/// pushed. Files are named and not kept: no secret is in it.
///
/// ```
/// {"plain_http":false,"ca":"/etc/corp-ca.pem","auth":"/home/me/auth.json"}
/// ```
public record RegistryWay(boolean plainHttp, Optional<Path> ca, Optional<Path> auth) {
  /// As the environment has it.
  public static final RegistryWay USUAL =
      new RegistryWay(false, Optional.empty(), Optional.empty());

  public RegistryWay {
    ca = ca.map(Path::toAbsolutePath);
    auth = auth.map(Path::toAbsolutePath);
  }

  public RegistryAccess over(RegistryAccess access) {
    RegistryAccess reached = access.withPlainHttp(plainHttp);
    reached = ca.isPresent() ? reached.withCaFile(ca.get()) : reached;
    return auth.isPresent() ? reached.withAuthFile(auth.get()) : reached;
  }

  void addTo(ObjectNode json) {
    json.put("plain_http", plainHttp);
    ca.ifPresent(file -> json.put("ca", file.toString()));
    auth.ifPresent(file -> json.put("auth", file.toString()));
  }

  static RegistryWay of(JsonNode json) {
    return new RegistryWay(
        json.path("plain_http").asBoolean(false), path(json, "ca"), path(json, "auth"));
  }

  private static Optional<Path> path(JsonNode json, String key) {
    return Optional.of(json.path(key).asString("")).filter(text -> !text.isEmpty()).map(Path::of);
  }
}
