package io.kubetune.cli.render;

import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.PodResources;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.PodRequest;
import io.kubetune.cli.request.Toleration;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Fills `templates/manifests/job.yaml`.
///
/// ```
/// Manifest job = JobManifest.of(plan, false);
/// ```
final class JobManifest {
  private static final int BACKOFF_LIMIT = 3;

  /// What no new pod can mend.
  private static final List<Object> USER_ERRORS =
      codes(
          ExitCode.USAGE,
          ExitCode.BAD_REQUEST,
          ExitCode.BAD_DATA,
          ExitCode.BAD_MODEL,
          ExitCode.NOT_FOUND,
          ExitCode.ALREADY_EXISTS,
          ExitCode.OUT_OF_MEMORY,
          ExitCode.DIVERGED,
          ExitCode.NOT_SUPPORTED);

  private static final List<Object> PUBLISH_ERRORS =
      codes(ExitCode.USAGE, ExitCode.BAD_REQUEST, ExitCode.REGISTRY, ExitCode.STORAGE);

  private JobManifest() {}

  /// @param suspended no pod is made until it is resumed
  static Manifest of(TunePlan plan, boolean suspended) {
    TuneRequest request = plan.request();
    PodRequest pod = request.pod();
    DownloadStep download = DownloadStep.of(plan);
    PublishStep publish = PublishStep.of(plan);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", request.name());
    values.put("namespace", request.namespace());
    values.put("labels", Labels.of(request));
    values.put("annotations", Labels.annotations(plan));
    values.put("queue", pod.queue());
    values.put("suspended", suspended ? Optional.of(true) : Optional.empty());
    values.put("backoffLimit", pod.backoffLimit().orElse(BACKOFF_LIMIT));
    values.put("activeDeadlineSeconds", boxed(pod.activeDeadlineSeconds()));
    values.put("ttlSecondsAfterFinished", boxed(pod.ttlSeconds()));
    values.put("resumeExitCodes", codes(ExitCode.RESUME_ME));
    values.put("userErrorExitCodes", USER_ERRORS);
    values.put("publishErrorExitCodes", PUBLISH_ERRORS);
    values.put("serviceAccount", pod.serviceAccount());
    values.put("priorityClass", pod.priorityClass());
    values.put(
        "imagePullSecrets",
        pod.imagePullSecrets().stream().map(name -> Map.of("name", name)).toList());
    values.put("nodeSelector", nodeSelector(pod));
    values.put("tolerations", tolerations(plan));
    values.put("affinity", pod.affinity());
    values.put("cliImage", plan.images().cli());
    values.put("trainerImage", plan.images().trainer());
    values.put("pullPolicy", plan.images().pullPolicy());
    values.put("downloadArguments", download.arguments());
    values.put("downloadMounts", download.mounts());
    values.put("modelVolume", download.modelVolume());
    values.put("modelSubPath", download.modelSubPath());
    values.put("env", env(pod));
    values.put("trainerMounts", ModelCache.trainerMounts(request));
    values.put("trainerResources", resources(plan.resources()));
    values.put("configName", ConfigMapManifest.nameOf(request));
    values.put("modelPath", PodPaths.MODEL);
    values.put("dataPath", PodPaths.DATA);
    values.put("resultsPath", PodPaths.RESULTS);
    // Each run has a folder of its own in a claim that several may share.
    values.put("resultsSubPath", pod.checkpointClaim().map(_ -> request.name()));
    values.put(
        "resultsVolume",
        pod.checkpointClaim().map(claim -> Volumes.claim(claim, false)).orElse(Volumes.EMPTY));
    values.put("publishArguments", publish.arguments());
    values.put("publishEnv", publish.env());
    values.put("publishMounts", publish.mounts());
    values.put("shmSize", plan.resources().gpus() > 1 ? "8Gi" : "1Gi");
    values.put(
        "volumes",
        Stream.of(download.volumes(), publish.volumes(), OwnAuthorities.volumes(pod))
            .flatMap(List::stream)
            .toList());
    return new Manifest(Template.named("job").fill(values));
  }

  private static List<Object> codes(ExitCode... codes) {
    List<Object> numbers = new ArrayList<>();
    for (ExitCode each : codes) {
      numbers.add(each.code());
    }
    return numbers.stream().sorted().toList();
  }

  private static Optional<Object> boxed(OptionalLong seconds) {
    return seconds.isPresent() ? Optional.of(seconds.getAsLong()) : Optional.empty();
  }

  private static Map<String, Object> nodeSelector(PodRequest pod) {
    Map<String, Object> selector = new LinkedHashMap<>(pod.nodeSelector());
    pod.instanceType().ifPresent(type -> selector.put("node.kubernetes.io/instance-type", type));
    return selector;
  }

  /// A GPU's node is commonly tainted with the resource's name, and by KAITO with `sku=gpu`.
  private static List<Object> tolerations(TunePlan plan) {
    List<Object> tolerations = new ArrayList<>();
    if (plan.resources().gpus() > 0) {
      tolerations.add(
          toleration(
              new Toleration(
                  plan.resources().gpuResource(), Optional.empty(), Optional.of("NoSchedule"))));
      tolerations.add(
          toleration(new Toleration("sku", Optional.of("gpu"), Optional.of("NoSchedule"))));
    }
    plan.request().pod().tolerations().forEach(each -> tolerations.add(toleration(each)));
    return tolerations;
  }

  private static Map<String, Object> toleration(Toleration toleration) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("key", toleration.key());
    map.put("operator", toleration.value().isPresent() ? "Equal" : "Exists");
    toleration.value().ifPresent(value -> map.put("value", value));
    toleration.effect().ifPresent(effect -> map.put("effect", effect));
    return map;
  }

  private static List<Object> env(PodRequest pod) {
    List<Object> env = new ArrayList<>();
    pod.env().forEach((name, value) -> env.add(Volumes.env(name, value)));
    pod.secretEnv()
        .forEach((name, key) -> env.add(Volumes.secretEnv(name, key.secret(), key.key())));
    return env;
  }

  private static Map<String, Object> resources(PodResources resources) {
    Map<String, Object> map = Volumes.inOrder("cpu", resources.cpu(), "memory", resources.memory());
    if (resources.gpus() > 0) {
      map.put(resources.gpuResource(), resources.gpus());
    }
    return map;
  }
}
