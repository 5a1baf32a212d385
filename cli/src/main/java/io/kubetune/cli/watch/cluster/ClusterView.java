package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.StepJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// All that is known of a run in the cluster: where it stands, how far it is, and why.
///
/// ```
/// ClusterView view = ClusterView.read(cluster, found);
/// ```
public record ClusterView(
    ClusterSnapshot run, RunState state, RunProgress progress, List<Explanation> explanations) {

  private static final String OWN = "tune.kubetune.io/";

  public static ClusterView read(Cluster cluster, ClusterRuns.Found found) {
    ClusterSnapshot run =
        cluster.ask(
            "can't read the run '" + found.name() + "'",
            () -> ClusterSnapshot.read(cluster, found));
    RunProgress progress = ClusterProgress.read(cluster, run);
    RunState state = ClusterState.of(run);
    return new ClusterView(run, state, progress, Explanations.of(run, state, progress));
  }

  /// What the trainer asks for, `cpu 4, memory 6Gi, nvidia.com/gpu 1`; empty without a Job.
  public String resources() {
    Map<String, String> all = new LinkedHashMap<>();
    run.job()
        .map(job -> job.getSpec().getTemplate().getSpec().getContainers().getFirst())
        .map(container -> container.getResources())
        .map(resources -> resources.getLimits())
        .orElse(Map.of())
        .forEach((name, quantity) -> all.put(name, text(quantity)));
    List<String> words = new ArrayList<>();
    all.forEach((name, quantity) -> words.add(name + " " + quantity));
    return String.join(", ", words);
  }

  private static String text(Quantity quantity) {
    return quantity.toString();
  }

  /// Pods with their node and phase, the newest last.
  public List<String> pods() {
    return run.pods().stream()
        .map(pod -> pod.getMetadata().getName() + "  " + phase(pod) + "  " + node(pod))
        .map(String::stripTrailing)
        .toList();
  }

  private static String phase(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null
        ? "Terminating"
        : Optional.ofNullable(pod.getStatus().getPhase()).orElse("");
  }

  private static String node(Pod pod) {
    return Optional.ofNullable(pod.getSpec().getNodeName()).map(n -> "on " + n).orElse("");
  }

  /// Conditions of the Job that are true.
  public List<String> conditions() {
    return run
        .job()
        .map(job -> job.getStatus())
        .map(s -> s.getConditions())
        .orElse(List.of())
        .stream()
        .filter(each -> "True".equals(each.getStatus()))
        .map(each ->
            each.getType()
                + Optional.ofNullable(each.getReason()).map(r -> " (" + r + ")").orElse(""))
        .toList();
  }

  /// Warnings of Job and pods, the newest last, each once.
  public List<String> warnings() {
    return run.events().stream()
        .filter(each -> "Warning".equals(each.getType()))
        .map(Event::getMessage)
        .filter(each -> each != null)
        .map(each -> each.lines().findFirst().orElse(""))
        .distinct()
        .toList();
  }

  public Optional<String> annotation(String name) {
    return run.run().annotation(OWN + name);
  }

  /// Steps done and in all, as `27/60`; of a finished run from its last words.
  public String steps() {
    return progress
        .step()
        .map(e -> e.step() + "/" + e.steps())
        .or(() ->
            ClusterState.published(run)
                .filter(each -> each.steps().isPresent())
                .map(each -> each.steps().getAsInt() + "/" + each.steps().getAsInt()))
        .orElse("");
  }

  /// Whether checkpoints outlive the pod.
  public boolean keepsCheckpoints() {
    return run
        .job()
        .map(job -> job.getSpec().getTemplate().getSpec().getVolumes())
        .orElse(List.of())
        .stream()
        .anyMatch(v -> v.getName().equals("results") && v.getPersistentVolumeClaim() != null);
  }

  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", run.run().name());
    json.put("namespace", run.run().namespace());
    json.put("runtime", run.run().isJob() ? "job" : "kaito");
    json.put("reference", run.run().reference());
    json.put("phase", state.phase().toString());
    json.put("code", state.code().name());
    json.put("exitCode", state.code().code());
    json.put("message", state.message());
    json.put("remedy", state.remedy());
    json.put("created", run.created().toString());
    state.finished().ifPresent(at -> json.put("finished", at.toString()));
    for (String name : List.of("model", "method", "data", "output")) {
      annotation(name).ifPresent(text -> json.put(name, text));
    }
    progress.step().ifPresent(e -> StepJson.put(json.putObject("progress"), e, progress, state));
    StepJson.putEvaluations(json.putObject("evaluation"), progress);
    state
        .image()
        .ifPresent(image ->
            json.putObject("image")
                .put("reference", image.reference())
                .put("digest", image.digest()));
    json.put("resources", resources());
    ArrayNode pods = json.putArray("pods");
    run.pods()
        .forEach(pod ->
            pods.addObject()
                .put("name", pod.getMetadata().getName())
                .put("phase", phase(pod))
                .put("node", Optional.ofNullable(pod.getSpec().getNodeName()).orElse("")));
    conditions().forEach(json.putArray("conditions")::add);
    warnings().forEach(json.putArray("warnings")::add);
    ArrayNode why = json.putArray("explanations");
    explanations.forEach(each ->
        why.addObject()
            .put("cause", each.cause().name())
            .put("words", each.words())
            .put("remedy", each.remedy()));
    return json;
  }
}
