package io.kubetune.cli.submit;

import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.RunProvenance;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.util.Map;

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
          new AdapterPublisher(
                  record.registry().over(RegistryAccess.fromEnvironment(environment)), environment)
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
    return RunProvenance.of(
        record.name().value(),
        record.model(),
        run.eventsFile(),
        run.dataFolder().resolve("manifest.json"),
        run.configFile());
  }
}
