package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Digest;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.TimedEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Where a run's adapter comes from, read from the files of the run.
///
/// ```
/// RunProvenance.of("bot", "smollm2", events, Path.of("/mnt/data/manifest.json"), config)
/// ```
public final class RunProvenance {
  private RunProvenance() {}

  /// @param model the base model as the user named it
  /// @param events the run's `events.jsonl`
  /// @param dataManifest of the canonical rows
  /// @param config the training config
  public static Provenance of(String run, String model, Path events, Path dataManifest, Path config)
      throws IOException {
    Optional<Event.Started> started = last(events, Event.Started.class);
    Optional<Event.Completed> completed = completed(events);
    return new Provenance(
        model,
        Optional.empty(),
        Optional.of(digest(dataManifest)),
        Optional.of(digest(config)),
        started.map(Event.Started::trainer),
        completed.map(e -> OptionalInt.of(e.steps())).orElse(OptionalInt.empty()),
        completed.map(Event.Completed::evalLossBefore).orElse(OptionalDouble.empty()),
        completed.map(Event.Completed::evalLossAfter).orElse(OptionalDouble.empty()),
        Optional.empty(),
        Optional.of(run),
        Optional.empty());
  }

  /// The last word of a run that ended well.
  public static Optional<Event.Completed> completed(Path events) throws IOException {
    return last(events, Event.Completed.class);
  }

  private static <E extends Event> Optional<E> last(Path events, Class<E> kind) throws IOException {
    try (Stream<String> lines = Files.lines(events)) {
      return lines
          .flatMap(line -> EventLine.read(line).stream())
          .map(TimedEvent::event)
          .filter(kind::isInstance)
          .map(kind::cast)
          .reduce((before, after) -> after);
    }
  }

  private static String digest(Path file) throws IOException {
    return Digest.of(Files.readAllBytes(file)).toString();
  }
}
