package io.kubetune.cli.submit;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Who looks after a run and what is being done, as `supervisor.json` keeps it; replaced whole at
/// each stage.
///
/// ```
/// {"stage":"TRAINING","supervisor":{"pid":4711,"started":"…"},"trainer":{"pid":4713,"started":"…"}}
/// ```
///
/// @param trainer empty until it was started
public record Supervision(Stage stage, ProcessMark supervisor, Optional<ProcessMark> trainer) {

  /// What the supervisor is doing.
  public enum Stage {
    STARTING,
    TRAINING,
    PUBLISHING
  }

  ObjectNode toJson() {
    ObjectNode json = JsonFile.object();
    json.put("stage", stage.name());
    json.set("supervisor", supervisor.toJson());
    trainer.ifPresent(mark -> json.set("trainer", mark.toJson()));
    return json;
  }

  static Supervision of(ObjectNode json) {
    return new Supervision(
        Stage.valueOf(json.path("stage").asString()),
        ProcessMark.of(json.withObject("supervisor")),
        json.has("trainer")
            ? Optional.of(ProcessMark.of(json.withObject("trainer")))
            : Optional.empty());
  }
}
