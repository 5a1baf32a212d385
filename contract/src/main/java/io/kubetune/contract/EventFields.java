package io.kubetune.contract;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Takes an event apart field by field: the reading half of [EventLine].
///
/// ```
/// Optional<Event> event = new EventFields(json).event();
/// ```
///
/// @param json an object
record EventFields(JsonNode json) {

  /// A field is not there, or is not of its type.
  static final class Missing extends RuntimeException {
    Missing(String name) {
      super(name, null, false, false);
    }
  }

  /// Empty where the kind is unknown.
  ///
  /// @throws Missing where a field of a known kind is
  Optional<Event> event() {
    return Optional.ofNullable(
        switch (text("event")) {
          case "started" -> started();
          case "step" -> step();
          case "evaluated" -> evaluated();
          case "checkpointed" -> new Event.Checkpointed(whole("step"), text("path"), flag("best"));
          case "warned" -> new Event.Warned(text("code"), text("message"));
          case "completed" -> completed();
          case "failed" -> failed();
          case String newer -> null;
        });
  }

  private Event.Started started() {
    return new Event.Started(
        whole("contract"),
        text("trainer"),
        text("method"),
        text("architecture"),
        large("parameters"),
        large("trainable_parameters"),
        text("device"),
        whole("threads"),
        text("storage_type"),
        text("compute_type"),
        text("compute_reason"),
        whole("documents"),
        whole("eval_documents"),
        large("tokens"),
        large("label_tokens"),
        whole("truncated"),
        whole("excluded"),
        whole("steps"),
        number("epochs"),
        maybeWhole("resumed_from_step"));
  }

  private Event.Step step() {
    return new Event.Step(
        whole("step"),
        whole("steps"),
        number("epoch"),
        number("loss"),
        number("grad_norm"),
        number("learning_rate"),
        large("tokens"),
        large("label_tokens"),
        number("seconds"),
        number("tokens_per_second"),
        large("peak_memory_bytes"),
        flag("skipped"));
  }

  private Event.Evaluated evaluated() {
    return new Event.Evaluated(
        whole("step"),
        text("when"),
        number("loss"),
        number("perplexity"),
        number("token_accuracy"),
        large("label_tokens"),
        whole("documents"),
        number("seconds"));
  }

  private Event.Completed completed() {
    return new Event.Completed(
        whole("steps"),
        text("adapter"),
        number("train_seconds"),
        large("tokens"),
        number("tokens_per_second"),
        large("peak_memory_bytes"),
        maybeNumber("final_loss"),
        maybeNumber("eval_loss_before"),
        maybeNumber("eval_loss_after"));
  }

  private Event.Failed failed() {
    return new Event.Failed(
        text("code"),
        whole("exit_code"),
        text("message"),
        text("remedy"),
        json.has("place") ? Optional.of(text("place")) : Optional.empty());
  }

  String text(String name) {
    return field(name, JsonNode::isString).stringValue();
  }

  private boolean flag(String name) {
    return field(name, JsonNode::isBoolean).booleanValue();
  }

  private int whole(String name) {
    return field(name, JsonNode::canConvertToInt).intValue();
  }

  private long large(String name) {
    return field(name, JsonNode::canConvertToLong).longValue();
  }

  private double number(String name) {
    JsonNode value = field(name, each -> each.isNumber() || each.isString());
    if (value.isNumber()) {
      return value.doubleValue();
    }
    return switch (value.stringValue()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      case String other -> throw new Missing(name);
    };
  }

  private OptionalInt maybeWhole(String name) {
    return json.has(name) ? OptionalInt.of(whole(name)) : OptionalInt.empty();
  }

  private OptionalDouble maybeNumber(String name) {
    return json.has(name) ? OptionalDouble.of(number(name)) : OptionalDouble.empty();
  }

  private JsonNode field(String name, Predicate<JsonNode> isOfType) {
    JsonNode value = json.get(name);
    if (value == null || !isOfType.test(value)) {
      throw new Missing(name);
    }
    return value;
  }
}
