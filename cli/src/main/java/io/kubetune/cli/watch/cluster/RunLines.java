package io.kubetune.cli.watch.cluster;

import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.Stage;
import io.kubetune.cli.watch.cluster.PodLog.Line;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.Json;
import io.kubetune.contract.TimedEvent;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The lines of a run's pods, told: events of the trainer and of the containers beside it, and
/// talk.
///
/// ```
/// new RunLines(run).tell(line, narrator);
/// ```
final class RunLines {
  private final ClusterRuns.Found run;
  private final RunProgress progress = new RunProgress();
  private final HuggingFaceLines huggingFace = new HuggingFaceLines();
  private Optional<Stage> stage = Optional.empty();
  private String startedPod = "";

  RunLines(ClusterRuns.Found run) {
    this.run = run;
  }

  RunProgress progress() {
    return progress;
  }

  /// Whether this pod's trainer has said something: what is known of progress is its own then.
  boolean hasStarted(String pod) {
    return startedPod.equals(pod);
  }

  void enter(Stage now, Instant time, Narrator narrator) {
    if (stage.isEmpty() || stage.get() != now) {
      stage = Optional.of(now);
      narrator.stage(now, progress, time);
    }
  }

  void tell(Line line, Narrator narrator) {
    String container = line.source().container();
    narrator.line(line.source().pod(), container, line.time(), line.text());
    if (container.equals(ClusterState.TRAINER)) {
      Optional<TimedEvent> event = EventLine.read(line.text());
      if (event.isPresent()) {
        startedPod = line.source().pod();
        tell(event.get().event(), event.get().time(), line.text(), narrator);
      } else {
        narrator.log(line.text());
      }
    } else if (container.equals(ClusterState.DOWNLOADER)
        || container.equals(ClusterState.PUBLISHER)) {
      besides(line, narrator);
    } else if (!run.isJob() && container.equals(run.name())) {
      narrator.log(line.text());
      huggingFace.read(line.text()).forEach(each -> tell(each, line.time(), "", narrator));
    }
  }

  private void tell(Event event, Instant time, String line, Narrator narrator) {
    progress.accept(event);
    enter(Stage.of(event, stage), time, narrator);
    narrator.event(
        event, line.isEmpty() ? EventLine.write(new TimedEvent(time, event)) : line, progress);
  }

  /// Data-downloader and publisher speak of bytes.
  private void besides(Line line, Narrator narrator) {
    Optional<JsonNode> event = json(line.text());
    if (event.isEmpty()) {
      narrator.log(line.text());
      return;
    }
    switch (event.get().path("event").asString("")) {
      case "downloading", "publishing" -> {
        boolean comesIn = line.source().container().equals(ClusterState.DOWNLOADER);
        enter(comesIn ? Stage.DOWNLOADING : Stage.PUBLISHING, line.time(), narrator);
        narrator.moved(
            event.get().path("bytes").asLong(), event.get().path("total_bytes").asLong(-1));
      }
      case "retrying" -> narrator.say(event.get().path("message").asString(""));
      default -> {
        // downloaded, normalised, published, failed: the pod's state tells the same.
      }
    }
  }

  private static Optional<JsonNode> json(String text) {
    if (!text.startsWith("{\"event\":")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readTree(text));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
