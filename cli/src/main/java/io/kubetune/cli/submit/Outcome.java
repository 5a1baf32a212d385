package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/// How a run ended, as `exit.json` keeps it; written once, last.
///
/// ```
/// {"finished":"…","code":"KILLED","status":137,"signal":9,
///  "message":"the trainer was killed by signal 9 (SIGKILL)","remedy":"…"}
/// {"finished":"…","code":"OK","status":0,"message":"","remedy":"",
///  "image":{"reference":"oci:/…/image","digest":"sha256:…"}}
/// ```
///
/// @param trainerStatus the trainer's exit status; empty where it never ran
/// @param message why, in a sentence; empty where the run ended well
/// @param image the published adapter image
public record Outcome(
    Instant finished,
    ExitCode code,
    OptionalInt trainerStatus,
    String message,
    String remedy,
    Optional<Image> image) {

  /// @param reference of a registry, or `oci:FOLDER`
  /// @param digest of the image's manifest, `sha256:…`; empty where none is known
  public record Image(String reference, String digest) {
    private static final String LAYOUT = "oci:";

    /// Whether it is a folder of this machine.
    public boolean isLayout() {
      return reference.startsWith(LAYOUT);
    }

    /// What the run made, wherever a registry's tag has moved since.
    public String pinned() {
      return isLayout() || digest.isEmpty() ? reference : reference + "@" + digest;
    }
  }

  ObjectNode toJson() {
    ObjectNode json = JsonFile.object();
    json.put("finished", finished.toString()).put("code", code.name());
    trainerStatus.ifPresent(status -> {
      json.put("status", status);
      if (Signals.in(status) != 0) {
        json.put("signal", Signals.in(status));
      }
    });
    json.put("message", message).put("remedy", remedy);
    image.ifPresent(each ->
        json.putObject("image").put("reference", each.reference()).put("digest", each.digest()));
    return json;
  }

  static Outcome of(ObjectNode json) {
    return new Outcome(
        Instant.parse(json.path("finished").asString()),
        ExitCode.valueOf(json.path("code").asString()),
        json.has("status") ? OptionalInt.of(json.path("status").asInt()) : OptionalInt.empty(),
        json.path("message").asString(),
        json.path("remedy").asString(),
        json.has("image")
            ? Optional.of(
                new Image(
                    json.path("image").path("reference").asString(),
                    json.path("image").path("digest").asString()))
            : Optional.empty());
  }
}
