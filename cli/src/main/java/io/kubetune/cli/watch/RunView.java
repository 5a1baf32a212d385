package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunRecord;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.EventLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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
    progress.step().ifPresent(e -> StepJson.put(json.putObject("progress"), e, progress, state));
    StepJson.putEvaluations(json.putObject("evaluation"), progress);
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
}
