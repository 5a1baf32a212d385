package io.kubetune.cli.watch.cluster;

import io.kubetune.cli.submit.Outcome;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.Json;
import io.kubetune.contract.TimedEvent;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a container of ours said last, from its termination message: `templates/contract/pod.md`.
///
/// ```
/// LastWords.failed(terminated.message()).map(Event.Failed::remedy)
/// ```
final class LastWords {
  private LastWords() {}

  /// What the publisher did.
  ///
  /// @param image empty where the adapter went to a folder of a volume
  record Published(
      Optional<Outcome.Image> image,
      Optional<String> folder,
      OptionalInt steps,
      OptionalDouble finalLoss) {}

  static Optional<Event.Failed> failed(String message) {
    return EventLine.read(message.strip())
        .map(TimedEvent::event)
        .filter(Event.Failed.class::isInstance)
        .map(Event.Failed.class::cast);
  }

  static Optional<Published> published(String message) {
    return json(message)
        .filter(node -> node.path("event").asString("").equals("published"))
        .map(node ->
            new Published(
                node.has("image")
                    ? Optional.of(
                        new Outcome.Image(
                            node.path("image").asString(), node.path("digest").asString("")))
                    : Optional.empty(),
                Optional.of(node.path("folder").asString("")).filter(f -> !f.isEmpty()),
                node.has("steps")
                    ? OptionalInt.of(node.path("steps").asInt())
                    : OptionalInt.empty(),
                node.has("final_loss")
                    ? OptionalDouble.of(node.path("final_loss").asDouble())
                    : OptionalDouble.empty()));
  }

  private static Optional<JsonNode> json(String message) {
    if (!message.strip().startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readTree(message.strip()));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
