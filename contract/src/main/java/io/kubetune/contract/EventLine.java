package io.kubetune.contract;

import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.databind.JsonNode;

/// Writes an event as one line of JSON, and reads it back.
///
/// JSON has no NaN and no infinity: they are written as the texts `"NaN"`, `"Infinity"` and
/// `"-Infinity"`, so that a diverged loss is never lost as null.
///
/// ```
/// String line = EventLine.write(TimedEvent.now(event)); // {"event":"step","time":"2026-…
/// Optional<TimedEvent> back = EventLine.read(line);
/// ```
public final class EventLine {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private EventLine() {}

  /// One JSON object without the line's end.
  public static String write(TimedEvent timed) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      Fields fields = new Fields(json);
      json.writeStartObject();
      fields.put("event", name(timed.event()));
      fields.put("time", TIME.format(timed.time()));
      fields.put(timed.event());
      json.writeEndObject();
    }
    return text.toString();
  }

  /// The event of a line. Fields that this version does not know are passed over. Empty where the
  /// line holds no event that this version knows in full: one of a newer trainer, a line cut short
  /// by a crash, or talk that strayed into the stream.
  public static Optional<TimedEvent> read(String line) {
    try {
      JsonNode json = Json.MAPPER.readTree(line);
      if (!json.isObject()) {
        return Optional.empty();
      }
      EventFields fields = new EventFields(json);
      Instant time = Instant.parse(fields.text("time"));
      return fields.event().map(event -> new TimedEvent(time, event));
    } catch (JacksonException | DateTimeParseException | EventFields.Missing e) {
      return Optional.empty();
    }
  }

  private static String name(Event event) {
    return switch (event) {
      case Event.Started e -> "started";
      case Event.Step e -> "step";
      case Event.Evaluated e -> "evaluated";
      case Event.Checkpointed e -> "checkpointed";
      case Event.Warned e -> "warned";
      case Event.Completed e -> "completed";
      case Event.Failed e -> "failed";
    };
  }

  private record Fields(JsonGenerator json) {
    void put(String name, String value) {
      json.writeStringProperty(name, value);
    }

    void put(String name, long value) {
      json.writeNumberProperty(name, value);
    }

    void put(String name, boolean value) {
      json.writeBooleanProperty(name, value);
    }

    void put(String name, double value) {
      if (Double.isFinite(value)) {
        json.writeNumberProperty(name, value);
      } else {
        json.writeStringProperty(name, Double.toString(value));
      }
    }

    void put(String name, OptionalInt value) {
      value.ifPresent(present -> put(name, present));
    }

    void put(String name, OptionalDouble value) {
      value.ifPresent(present -> put(name, present));
    }

    void put(Event event) {
      switch (event) {
        case Event.Started e -> started(e);
        case Event.Step e -> step(e);
        case Event.Evaluated e -> evaluated(e);
        case Event.Checkpointed e -> {
          put("step", e.step());
          put("path", e.path());
          put("best", e.best());
        }
        case Event.Warned e -> {
          put("code", e.code());
          put("message", e.message());
        }
        case Event.Completed e -> completed(e);
        case Event.Failed e -> {
          put("code", e.code());
          put("exit_code", e.exitCode());
          put("message", e.message());
          put("remedy", e.remedy());
          e.place().ifPresent(place -> put("place", place));
        }
      }
    }

    private void started(Event.Started e) {
      put("contract", e.contract());
      put("trainer", e.trainer());
      put("method", e.method());
      put("architecture", e.architecture());
      put("parameters", e.parameters());
      put("trainable_parameters", e.trainableParameters());
      put("device", e.device());
      put("threads", e.threads());
      put("storage_type", e.storageType());
      put("compute_type", e.computeType());
      put("compute_reason", e.computeReason());
      put("documents", e.documents());
      put("eval_documents", e.evalDocuments());
      put("tokens", e.tokens());
      put("label_tokens", e.labelTokens());
      put("truncated", e.truncated());
      put("excluded", e.excluded());
      put("steps", e.steps());
      put("epochs", e.epochs());
      put("resumed_from_step", e.resumedFromStep());
    }

    private void step(Event.Step e) {
      put("step", e.step());
      put("steps", e.steps());
      put("epoch", e.epoch());
      put("loss", e.loss());
      put("grad_norm", e.gradNorm());
      put("learning_rate", e.learningRate());
      put("tokens", e.tokens());
      put("label_tokens", e.labelTokens());
      put("seconds", e.seconds());
      put("tokens_per_second", e.tokensPerSecond());
      put("peak_memory_bytes", e.peakMemoryBytes());
      put("skipped", e.skipped());
    }

    private void evaluated(Event.Evaluated e) {
      put("step", e.step());
      put("when", e.when());
      put("loss", e.loss());
      put("perplexity", e.perplexity());
      put("token_accuracy", e.tokenAccuracy());
      put("label_tokens", e.labelTokens());
      put("documents", e.documents());
      put("seconds", e.seconds());
    }

    private void completed(Event.Completed e) {
      put("steps", e.steps());
      put("adapter", e.adapter());
      put("train_seconds", e.trainSeconds());
      put("tokens", e.tokens());
      put("tokens_per_second", e.tokensPerSecond());
      put("peak_memory_bytes", e.peakMemoryBytes());
      put("final_loss", e.finalLoss());
      put("eval_loss_before", e.evalLossBefore());
      put("eval_loss_after", e.evalLossAfter());
    }
  }
}
