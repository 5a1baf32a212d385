package io.kubetune.cli.command;

import io.kubetune.cli.publish.AdapterFolderCopy;
import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.RunProvenance;
import io.kubetune.cli.publish.TrainerLock;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.RunFiles;
import io.kubetune.contract.TerminationLog;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune pod publish`: waits for the trainer beside it, then pushes the adapter or says
/// that there is none. Its last words are the result: `templates/contract/pod.md`.
@Command(name = "publish", header = "Push the adapter when the trainer is done.")
final class PodPublish implements Callable<Integer> {
  /// A JVM on a throttled, cold node starts within seconds.
  private static final Duration LONGEST_START = Duration.ofSeconds(30);

  private static final String LOCK = "KUBETUNE_LOCK_FILE";
  private static final String OWN_LOCK = "KUBETUNE_PUBLISHER_LOCK_FILE";

  @Option(names = "--run", paramLabel = "NAME", required = true)
  private String run;

  @Option(names = "--model", paramLabel = "TEXT", required = true)
  private String model;

  @Option(names = "--results", paramLabel = "FOLDER", required = true)
  private Path results;

  @Option(names = "--data-manifest", paramLabel = "FILE", required = true)
  private Path dataManifest;

  @Option(names = "--config", paramLabel = "FILE", required = true)
  private Path config;

  @Option(names = "--to", paramLabel = "IMAGE")
  private String to;

  @Option(names = "--to-folder", paramLabel = "FOLDER")
  private Path toFolder;

  @Mixin private RegistryOption registry;

  private final Surroundings surroundings;

  PodPublish(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Map<String, String> environment = surroundings.environment();
    try {
      if ((to == null) == (toFolder == null)) {
        throw usage("--to, --to-folder", "exactly one of them is needed");
      }
      awaitTrainer(environment);
      requireResult();
      ObjectNode result = publish(environment);
      new PodEvents(surroundings.terminal(), "publishing", run).print(result);
      TerminationLog.of(environment).ifPresent(log -> log.write(result.toString()));
      return ExitCode.OK.code();
    } catch (TuneException e) {
      PodEvents.failed(e, surroundings.terminal().out(), environment);
      throw e;
    }
  }

  private static void awaitTrainer(Map<String, String> environment) throws InterruptedException {
    String trainer = environment.getOrDefault(LOCK, "");
    String own = environment.getOrDefault(OWN_LOCK, "");
    if (trainer.isEmpty() || own.isEmpty()) {
      throw usage(LOCK + ", " + OWN_LOCK, "not set");
    }
    try (TrainerLock lock = TrainerLock.announce(Path.of(trainer), Path.of(own))) {
      lock.awaitTrainer(LONGEST_START);
    }
  }

  private static TuneException usage(String place, String found) {
    return new TuneException(
        ExitCode.USAGE, "can't publish the adapter", place, found, "see templates/contract/pod.md");
  }

  private void requireResult() {
    if (!Files.exists(results.resolve(RunFiles.COMPLETED))) {
      throw new TuneException(
          ExitCode.KILLED,
          "there is no adapter to publish",
          results.resolve(RunFiles.COMPLETED).toString(),
          "the trainer ended without it",
          "its own container says why");
    }
  }

  private ObjectNode publish(Map<String, String> environment) {
    try {
      Path events = results.resolve(RunFiles.EVENTS);
      ObjectNode result = PodEvents.event("published");
      if (toFolder != null) {
        AdapterFolderCopy.copy(results, toFolder);
        result.put("folder", toFolder.toString());
      } else {
        Provenance provenance = RunProvenance.of(run, model, events, dataManifest, config);
        Published published =
            new AdapterPublisher(registry.access(environment), environment)
                .publish(
                    results,
                    ImageReference.parse(to),
                    provenance,
                    new PodEvents(surroundings.terminal(), "publishing", to));
        result.put("image", published.reference().toString());
        result.put("digest", published.digest().toString());
        result.put("bytes", published.bytes());
      }
      Optional<Event.Completed> completed = RunProvenance.completed(events);
      completed.ifPresent(e -> {
        result.put("steps", e.steps());
        e.finalLoss().ifPresent(loss -> result.put("final_loss", loss));
        e.evalLossBefore().ifPresent(loss -> result.put("eval_loss_before", loss));
        e.evalLossAfter().ifPresent(loss -> result.put("eval_loss_after", loss));
      });
      return result;
    } catch (IOException e) {
      throw Storage.failed("can't publish the adapter", results.toString(), e);
    }
  }
}
