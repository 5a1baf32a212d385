package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.Event;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// How far a run is, in the JSON that `status` and `list` print, the same for all runtimes.
///
/// ```
/// StepJson.putEvaluations(json.putObject("evaluation"), progress);
/// ```
public final class StepJson {
  private StepJson() {}

  public static void put(ObjectNode json, Event.Step e, RunProgress progress, RunState state) {
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

  public static void putEvaluations(ObjectNode json, RunProgress progress) {
    put(json, RunProgress.BEFORE, progress.before());
    put(json, RunProgress.AFTER, progress.after());
  }

  private static void put(ObjectNode json, String when, Optional<Event.Evaluated> evaluated) {
    evaluated.ifPresent(e ->
        json.putObject(when)
            .put("loss", e.loss())
            .put("perplexity", e.perplexity())
            .put("tokenAccuracy", e.tokenAccuracy())
            .put("documents", e.documents()));
  }
}
