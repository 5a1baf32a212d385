package io.kubetune.cli.render;

import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.TuneRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The publisher of a Job: where it puts the adapter, and with which credentials.
///
/// ```
/// PublishStep.of(plan).arguments() // [--results=/mnt/results, --to=registry.example.com/a:1]
/// ```
record PublishStep(
    List<Object> arguments, List<Object> env, List<Object> mounts, List<Object> volumes) {

  private static final String CREDENTIALS = "/mnt/credentials/output";
  private static final String FOLDER = "/mnt/output";

  static PublishStep of(TunePlan plan) {
    TuneRequest request = plan.request();
    List<Object> run = new ArrayList<>();
    if (plan.plainHttp()) {
      run.add("--plain-http");
    }
    run.addAll(
        List.of(
            Volumes.literal("--run=" + request.name()),
            Volumes.literal("--model=" + request.model().text()),
            "--results=" + PodPaths.RESULTS,
            "--data-manifest=" + PodPaths.DATA + "/manifest.json",
            "--config=" + PodPaths.CONFIG));
    return switch (Outputs.of(request)) {
      case Output.Image(String reference) -> toRegistry(run, reference, request);
      case Output.Claim(String claim, String path) ->
          toFolder(run, path, Volumes.claim(claim, false));
      case Output.Volume(Map<String, Object> source) -> toFolder(run, "", source);
      case Output.Layout layout ->
          throw new IllegalStateException("a pod can't write " + layout.text());
    };
  }

  private static PublishStep toRegistry(List<Object> run, String image, TuneRequest request) {
    List<Object> env = new ArrayList<>();
    List<Object> mounts = new ArrayList<>();
    List<Object> volumes = new ArrayList<>();
    request
        .outputSecret()
        .ifPresent(secret -> {
          env.add(Volumes.env("DOCKER_CONFIG", CREDENTIALS));
          mounts.add(Volumes.mount("output-credentials", CREDENTIALS, true));
          volumes.add(Volumes.named("output-credentials", Volumes.credentials(secret)));
        });
    List<Object> arguments = with(run, "--to=" + image);
    if (request.pod().caConfigMap().isPresent()) {
      arguments = with(arguments, "--registry-ca=" + OwnAuthorities.FOLDER);
      mounts.addAll(OwnAuthorities.mounts(request.pod()));
    }
    return new PublishStep(arguments, env, mounts, volumes);
  }

  private static PublishStep toFolder(List<Object> run, String path, Map<String, Object> source) {
    String folder = path.isEmpty() ? FOLDER : FOLDER + "/" + path;
    return new PublishStep(
        with(run, "--to-folder=" + folder),
        List.of(),
        List.of(Volumes.mount("output", FOLDER, false)),
        List.of(Volumes.named("output", source)));
  }

  private static List<Object> with(List<Object> run, String last) {
    return Stream.concat(run.stream(), Stream.of((Object) Volumes.literal(last))).toList();
  }
}
