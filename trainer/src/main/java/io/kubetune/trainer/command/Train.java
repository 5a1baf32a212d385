package io.kubetune.trainer.command;

import io.kubetune.contract.Event;
import io.kubetune.contract.RunFiles;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.ConfigReader;
import io.kubetune.contract.config.ConfigResult;
import io.kubetune.trainer.files.StorageFailure;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.model.Models.OpenModel;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Precision;
import io.kubetune.trainer.train.AdapterFormat;
import io.kubetune.trainer.train.Checkpoints;
import io.kubetune.trainer.train.Evaluation;
import io.kubetune.trainer.train.ProcessMemory;
import io.kubetune.trainer.train.RunCheckpoint;
import io.kubetune.trainer.train.RunIdentity;
import io.kubetune.trainer.train.StepPlan;
import io.kubetune.trainer.train.StopRequest;
import io.kubetune.trainer.train.TrainingLoop;
import io.kubetune.trainer.write.AdapterWriter;
import io.kubetune.trainer.write.EventWriter;
import io.kubetune.trainer.write.FullModelWriter;
import io.kubetune.trainer.write.ModelCard;
import io.kubetune.trainer.write.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// `train`: from `training_config.yaml` to a finished run directory.
///
/// ```
/// new Train(environment, events, shutdown).run(arguments);
/// ```
public record Train(Map<String, String> environment, EventWriter events, Shutdown shutdown) {
  private static final String CONFIG_VARIABLE = "YAML_FILE_PATH";
  private static final String CONFIG_DEFAULT = "/mnt/config/training_config.yaml";

  /// @throws TuneException with the exit code of whatever went wrong
  public void run(Arguments arguments) {
    // Before all else: the publisher waits for this lock.
    Set<String> lockFiles =
        ClaimedLock.take(environment).map(ClaimedLock::fileNames).orElse(Set.of());
    PublisherWatch.start(environment, shutdown);
    Rendezvous.of(environment).refuseSeveral();
    ConfigResult read = ConfigReader.read(configFile(arguments));
    TrainingConfig config = read.config();
    RunFolder folder =
        RunFolder.claim(
            Path.of(config.training().outputDir()),
            config.training().resumeFromCheckpoint(),
            lockFiles);

    try {
      train(read, folder);
    } finally {
      folder.leaveNothingUnused();
    }
  }

  private void train(ConfigResult read, RunFolder folder) {
    TrainingConfig config = read.config();
    TrainingData data = TrainingData.read(config, folder.startedAt());
    data.refuseWithoutEvaluation(config.training());
    StepPlan plan = new StepPlan(data.train(), config.training(), config.dataset().shuffle());
    Path base = Path.of(config.model().path());
    RunIdentity identity =
        RunIdentity.of(config, ModelDigest.of(base), plan.steps(), data.train(), data.eval());
    Optional<Event.Completed> done = folder.completed(identity.digest());
    if (done.isPresent()) {
      events.emit(done.get());
      return;
    }
    try (OpenModel model = Models.open(computedIn(config, folder.computeType()), base)) {
      AdapterFormat format =
          config.kubetune().method() == Method.FULL
              ? new FullModelWriter(base)
              : new AdapterWriter(config.model(), model.adapter());
      var checkpoints =
          new Checkpoints(folder.path(), identity, format, config.training().saveTotalLimit());
      Optional<RunCheckpoint> from = checkpoints.newest();
      folder.begin(numberType(model.precision()));
      events.openFile(folder.events(), from.map(RunCheckpoint::eventsBytes).orElse(0L));
      events.emit(started(config, data, plan, model, from));
      read.warnings().forEach(each -> events.emit(new Event.Warned("config", each.toString())));
      data.warnings().forEach(events::emit);
      StopRequest stop = shutdown.trainingBegins();
      TrainingLoop.Result result =
          new TrainingLoop(model.lm(), plan, data.eval(), config, checkpoints, events, stop)
              .run(from);
      write(folder, config, data, plan, model, format, result, identity);
    }
  }

  private void write(
      RunFolder folder,
      TrainingConfig config,
      TrainingData data,
      StepPlan plan,
      OpenModel model,
      AdapterFormat format,
      TrainingLoop.Result result,
      RunIdentity identity) {
    try {
      format.writeTo(folder.path(), model.lm().parameters());
      folder.writeEvaluation(result);
      WholeFile.write(
          folder.path().resolve(RunFiles.MODEL_CARD),
          ModelCard.text(config, data.origin(), plan, result));
      events.emit(completed(config, result));
      events.sync();
      folder.finish(identity.digest());
    } catch (IOException e) {
      throw StorageFailure.of("can't write the run's results", folder.path(), e);
    }
  }

  private Path configFile(Arguments arguments) {
    return Path.of(
        arguments
            .text("--config")
            .orElse(environment.getOrDefault(CONFIG_VARIABLE, CONFIG_DEFAULT)));
  }

  /// `auto` is chosen once a run: a resumed one computes in what it began with.
  private static TrainingConfig computedIn(TrainingConfig config, Optional<NumberType> chosen) {
    var kubetune = config.kubetune();
    if (kubetune.computeType() != NumberType.AUTO || chosen.isEmpty()) {
      return config;
    }
    return new TrainingConfig(
        config.model(),
        config.quantization(),
        config.lora(),
        config.training(),
        config.dataset(),
        new KubetuneConfig(
            kubetune.method(),
            kubetune.lossOn(),
            kubetune.onLongDocument(),
            chosen.get(),
            kubetune.device(),
            kubetune.threads(),
            kubetune.memory(),
            kubetune.maxSkippedSteps(),
            kubetune.initialAdapter(),
            kubetune.sanitize()));
  }

  private static NumberType numberType(Precision precision) {
    return precision.compute() == ScalarType.BFloat16 ? NumberType.BFLOAT16 : NumberType.FLOAT32;
  }

  private static Event started(
      TrainingConfig config,
      TrainingData data,
      StepPlan plan,
      OpenModel model,
      Optional<RunCheckpoint> from) {
    return new Event.Started(
        Version.CONTRACT,
        Version.current(),
        config.kubetune().method().name().toLowerCase(Locale.ROOT),
        model.architecture(),
        model.parameterCount(),
        model.lm().parameters().count(),
        Placement.description(),
        torch.get_num_threads(),
        model.storage(),
        Precision.name(model.precision().compute()),
        model.precision().reason(),
        data.train().size(),
        data.eval().size(),
        plan.tokensPerEpoch(),
        plan.labelTokensPerEpoch(),
        data.truncated(),
        data.excluded(),
        plan.steps(),
        plan.epochsAfter(plan.steps()),
        from.map(each -> OptionalInt.of(each.progress().step())).orElse(OptionalInt.empty()));
  }

  private static Event completed(TrainingConfig config, TrainingLoop.Result result) {
    var progress = result.progress();
    return new Event.Completed(
        progress.step(),
        config.kubetune().method() == Method.FULL ? FullModelWriter.MODEL : RunFiles.ADAPTER_MODEL,
        progress.trainSeconds(),
        progress.tokens(),
        progress.trainSeconds() > 0 ? progress.tokens() / progress.trainSeconds() : 0,
        ProcessMemory.peakBytes(),
        progress.lastLoss(),
        loss(progress.before()),
        loss(result.after()));
  }

  private static OptionalDouble loss(Optional<Evaluation> evaluation) {
    return evaluation.map(each -> OptionalDouble.of(each.loss())).orElse(OptionalDouble.empty());
  }
}
