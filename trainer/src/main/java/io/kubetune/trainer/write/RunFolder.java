package io.kubetune.trainer.write;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.RunFiles;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.files.StorageFailure;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.train.Evaluation;
import io.kubetune.trainer.train.TrainingLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A run's `output_dir`: taken only where it is empty or ours, and finished by the sentinel.
///
/// ```
/// RunFolder folder = RunFolder.claim(outputDir, config.training().resumeFromCheckpoint(), Set.of());
/// folder.finish(identity.digest());
/// ```
///
/// @param startedAt when the run was started for the first time; what a chat template writes as
///   today's date stays the same when it is resumed
/// @param computeType what `auto` chose then; a trial on another day may fall out otherwise, and
///   the run would not end in the same bytes; empty: it has not begun
/// @param created whether this process made the folder
public record RunFolder(
    Path path, Instant startedAt, Optional<NumberType> computeType, boolean created) {
  /// Says that the folder is a run's, and when that was started.
  private static final String MARK = ".kubetune-run";

  /// ext4 makes it on every volume.
  private static final String LOST_AND_FOUND = "lost+found";

  /// Makes the folder where there is none.
  ///
  /// @param resume whether a run of ours that lies there may be gone on with
  /// @param ignored names that may lie there and are no run's
  /// @throws TuneException ALREADY_EXISTS where something else lies there, STORAGE where it can't
  ///   be written
  public static RunFolder claim(Path path, boolean resume, Set<String> ignored) {
    try {
      boolean existed = Files.exists(path);
      Files.createDirectories(path);
      List<String> names;
      try (Stream<Path> files = Files.list(path)) {
        names =
            files
                .map(each -> each.getFileName().toString())
                .filter(name -> !name.equals(LOST_AND_FOUND) && !ignored.contains(name))
                .filter(name -> !name.endsWith(WholeFile.PARTIAL))
                .sorted()
                .toList();
      }
      boolean ours = names.contains(MARK);
      if (!names.isEmpty() && !(ours && resume)) {
        throw new TuneException(
            ExitCode.ALREADY_EXISTS,
            "can't write the run's results",
            path.toString(),
            (ours ? "a run lies there: " : "the folder is not empty: ")
                + String.join(", ", names.subList(0, Math.min(5, names.size()))),
            ours
                ? "set TrainingArguments.resume_from_checkpoint: true to go on with it, or"
                    + " output_dir to an empty folder"
                : "set TrainingArguments.output_dir to an empty folder");
      }
      // Finds out now, not after hundreds of steps, that nothing can be written.
      Path probe = path.resolve(".probe" + WholeFile.PARTIAL);
      WholeFile.write(probe, "");
      Files.delete(probe);
      return ours
          ? fromMark(path)
          : new RunFolder(
              path, Instant.now().truncatedTo(ChronoUnit.SECONDS), Optional.empty(), !existed);
    } catch (IOException e) {
      throw StorageFailure.of("can't write the run's results", path, e);
    }
  }

  private static RunFolder fromMark(Path path) throws IOException {
    JsonNode mark = JsonMapper.shared().readTree(Files.readString(path.resolve(MARK)));
    return new RunFolder(
        path,
        Instant.parse(mark.path("started").asString()),
        Optional.of(NumberType.valueOf(mark.path("compute_type").asString())),
        false);
  }

  /// Marks the folder as a run's, with the arithmetic that was chosen: from here on it is gone on
  /// with.
  public void begin(NumberType chosen) {
    if (computeType.isPresent()) {
      return;
    }
    ObjectNode mark =
        JsonNodeFactory.instance
            .objectNode()
            .put("started", startedAt.toString())
            .put("compute_type", chosen.name());
    try {
      WholeFile.write(path.resolve(MARK), mark + "\n");
    } catch (IOException e) {
      throw StorageFailure.of("can't write the run's results", path, e);
    }
  }

  /// Removes the folder that was made for a run that then did not begin.
  public void leaveNothingUnused() {
    if (created) {
      try {
        Files.delete(path);
      } catch (IOException inUse) {
        // It is not empty: the run began.
      }
    }
  }

  public Path events() {
    return path.resolve(RunFiles.EVENTS);
  }

  /// The last event of a run that lies here finished; empty where it is not finished.
  ///
  /// @param identityDigest of the run that wants to start
  /// @throws TuneException ALREADY_EXISTS where the finished run is another one
  public Optional<Event.Completed> completed(String identityDigest) {
    Path sentinel = path.resolve(RunFiles.COMPLETED);
    try {
      if (!Files.exists(sentinel)) {
        return Optional.empty();
      }
      if (!Files.readString(sentinel).contains(identityDigest)) {
        throw new TuneException(
            ExitCode.ALREADY_EXISTS,
            "can't write the run's results",
            path.toString(),
            "a finished run of another model, data or configuration lies there",
            "set TrainingArguments.output_dir to an empty folder");
      }
      return Files.readAllLines(events()).reversed().stream()
          .map(EventLine::read)
          .flatMap(Optional::stream)
          .map(TimedEvent::event)
          .filter(Event.Completed.class::isInstance)
          .map(Event.Completed.class::cast)
          .findFirst();
    } catch (IOException e) {
      throw StorageFailure.of("can't read the run's results", path, e);
    }
  }

  /// `eval_results.json`, where there was something to evaluate on.
  public void writeEvaluation(TrainingLoop.Result result) throws IOException {
    if (result.after().isEmpty()) {
      return;
    }
    Evaluation after = result.after().get();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    result.progress().before().ifPresent(before -> put(json.putObject("before"), before));
    put(json.putObject("after"), after);
    json.put("documents", after.documents()).put("label_tokens", after.labelTokens());
    WholeFile.write(
        path.resolve(RunFiles.EVAL_RESULTS),
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static void put(ObjectNode json, Evaluation evaluation) {
    json.put("loss", evaluation.loss())
        .put("perplexity", evaluation.perplexity())
        .put("token_accuracy", evaluation.tokenAccuracy());
  }

  /// The sentinel, after everything else.
  public void finish(String identityDigest) throws IOException {
    WholeFile.write(path.resolve(RunFiles.COMPLETED), "completed " + identityDigest + "\n");
  }
}
