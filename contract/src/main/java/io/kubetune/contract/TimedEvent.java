package io.kubetune.contract;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// An [Event] and when it happened, in milliseconds: what one line of `events.jsonl` holds.
///
/// ```
/// out.println(EventLine.write(TimedEvent.now(new Event.Checkpointed(500, "checkpoint-500", true))));
/// ```
public record TimedEvent(Instant time, Event event) {
  public TimedEvent {
    time = time.truncatedTo(ChronoUnit.MILLIS);
  }

  public static TimedEvent now(Event event) {
    return new TimedEvent(Instant.now(), event);
  }
}
