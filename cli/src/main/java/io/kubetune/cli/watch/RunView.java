package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunRecord;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// All that is known of a run: what was asked, where it stands, how far it is.
///
/// ```
/// RunView view = RunView.of(run);
/// Output.JSON.print(view.toJson(), out);
/// ```
public record RunView(RunFolder folder, RunRecord record, RunState state, RunProgress progress) {

  public static RunView of(RunFolder run) {
    RunProgress progress = new RunProgress();
    LineTail tail = new LineTail(run.eventsFile());
    try {
      for (List<String> lines = tail.poll(); !lines.isEmpty(); lines = tail.poll()) {
        lines.stream()
            .flatMap(line -> EventLine.read(line).stream())
            .forEach(timed -> progress.accept(timed.event()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new RunView(run, run.record(), RunState.of(run), progress);
  }

  /// Share of the steps done, as `27/60`; empty before the first.
  public String steps() {
    return progress.step().map(e -> e.step() + "/" + e.steps()).orElse("");
  }

  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", record.name().value());
    json.put("runtime", "local");
    json.put("phase", state.phase().toString());
    json.put("code", state.code().name());
    json.put("exitCode", state.code().code());
    json.put("message", state.message());
    json.put("remedy", state.remedy());
    json.put("created", record.created().toString());
    ObjectNode labels = json.putObject("labels");
    record.labels().forEach(labels::put);
    ObjectNode annotations = json.putObject("annotations");
    record.annotations().forEach(annotations::put);
    state.finished().ifPresent(at -> json.put("finished", at.toString()));
    json.put("model", record.model());
    ObjectNode rows = json.putObject("data");
    rows.put("name", record.data().name());
    record.data().sources().forEach(rows.putArray("sources")::add);
    rows.put("train", record.data().trainRows()).put("eval", record.data().evalRows());
    progress.step().ifPresent(e -> putStep(json.putObject("progress"), e));
    ObjectNode evaluation = json.putObject("evaluation");
    putEvaluation(evaluation, RunProgress.BEFORE, progress.before());
    putEvaluation(evaluation, RunProgress.AFTER, progress.after());
    json.put("output", record.output());
    state
        .image()
        .ifPresent(image ->
            json.putObject("image")
                .put("reference", image.reference())
                .put("digest", image.digest()));
    json.put("folder", folder.path().toString());
    json.put("results", folder.resultsFolder().toString());
    json.put("log", folder.logFile().toString());
    return json;
  }

  private void putStep(ObjectNode json, Event.Step e) {
    json.put("step", e.step());
    json.put("steps", e.steps());
    json.put("epoch", e.epoch());
    json.put("loss", e.loss());
    json.put("learningRate", e.learningRate());
    json.put("tokensPerSecond", e.tokensPerSecond());
    json.put("peakMemoryBytes", e.peakMemoryBytes());
    if (!state.phase().isOver()) {
      EventText.left(progress).ifPresent(left -> json.put("secondsLeft", left.toSeconds()));
    }
  }

  private static void putEvaluation(
      ObjectNode json, String when, Optional<Event.Evaluated> evaluated) {
    evaluated.ifPresent(e ->
        json.putObject(when)
            .put("loss", e.loss())
            .put("perplexity", e.perplexity())
            .put("tokenAccuracy", e.tokenAccuracy())
            .put("documents", e.documents()));
  }
}
