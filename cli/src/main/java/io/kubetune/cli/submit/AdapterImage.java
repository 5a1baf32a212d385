package io.kubetune.cli.submit;

import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Packages a finished run's adapter as an image, with where it comes from as annotations.
///
/// ```
/// Outcome.Image image = new AdapterImage(environment).publish(run);
/// ```
///
/// @param environment names the files with registry credentials
public record AdapterImage(Map<String, String> environment) implements Supervisor.Publishing {

  @Override
  public Outcome.Image publish(RunFolder run) {
    RunRecord record = run.record();
    ImageReference target = ImageReference.parse(record.output());
    try {
      Published published =
          new AdapterPublisher(RegistryAccess.fromEnvironment(environment), environment)
              .publish(
                  run.resultsFolder(), target, provenance(run, record), TransferListener.SILENT);
      return new Outcome.Image(published.reference().toString(), published.digest().toString());
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't package the adapter",
          run.resultsFolder().toString(),
          StorageReason.of(e),
          "is the disk readable?",
          e);
    }
  }

  /// Where the run's adapter comes from, as its image says or should say.
  public static Provenance provenance(RunFolder run) {
    try {
      return provenance(run, run.record());
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't read the run " + run.name(),
          run.resultsFolder().toString(),
          StorageReason.of(e),
          "is the disk readable?",
          e);
    }
  }

  private static Provenance provenance(RunFolder run, RunRecord record) throws IOException {
    Optional<Event.Started> started = Optional.empty();
    Optional<Event.Completed> completed = Optional.empty();
    try (Stream<String> lines = Files.lines(run.eventsFile())) {
      List<Event> events =
          lines
              .flatMap(line -> EventLine.read(line).stream())
              .map(TimedEvent::event)
              .filter(e -> e instanceof Event.Started || e instanceof Event.Completed)
              .toList();
      for (Event event : events) {
        if (event instanceof Event.Started e) {
          started = Optional.of(e);
        } else if (event instanceof Event.Completed e) {
          completed = Optional.of(e);
        }
      }
    }
    return new Provenance(
        record.model(),
        Optional.empty(),
        Optional.of(digest(run.dataFolder().resolve("manifest.json"))),
        Optional.of(digest(run.configFile())),
        started.map(Event.Started::trainer),
        completed.map(e -> OptionalInt.of(e.steps())).orElse(OptionalInt.empty()),
        completed.map(Event.Completed::evalLossBefore).orElse(OptionalDouble.empty()),
        completed.map(Event.Completed::evalLossAfter).orElse(OptionalDouble.empty()),
        Optional.empty(),
        Optional.of(record.name().value()),
        Optional.empty());
  }

  private static String digest(Path file) throws IOException {
    return Digest.of(Files.readAllBytes(file)).toString();
  }
}
