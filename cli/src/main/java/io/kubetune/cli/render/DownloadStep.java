package io.kubetune.cli.render;

import io.kubetune.cli.data.RowReading;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.TuneRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The data-downloader of a Job: what it is told to fetch, and the volumes it reads from.
///
/// Each value is joined to its flag by `=`, so that none can be taken for another flag.
///
/// ```
/// DownloadStep.of(plan).arguments() // [--model=hf://org/name, --model-to=/workspace/weights, …]
/// ```
///
/// @param modelVolume what the volume `model` is: empty, or the claim that has the model already
/// @param modelSubPath of that volume
record DownloadStep(
    List<Object> arguments,
    List<Object> mounts,
    List<Object> volumes,
    Map<String, Object> modelVolume,
    Optional<String> modelSubPath) {

  private static final String SOURCES = "/mnt/sources/";
  private static final String CREDENTIALS = "/mnt/credentials/";

  static DownloadStep of(TunePlan plan) {
    TuneRequest request = plan.request();
    List<String> arguments = new ArrayList<>();
    List<Object> mounts = new ArrayList<>();
    List<Object> volumes = new ArrayList<>();
    Map<String, Object> modelVolume = Volumes.EMPTY;
    Optional<String> modelSubPath = Optional.empty();
    if (Outputs.model(request) instanceof Location.Claim(String claim, String path)) {
      modelVolume = Volumes.claim(claim, true);
      modelSubPath = Optional.of(path).filter(p -> !p.isEmpty());
    } else {
      arguments.add("--model=" + fetchable(Outputs.model(request)));
      arguments.add("--model-to=" + PodPaths.MODEL);
      mounts.add(Volumes.mount("model", PodPaths.MODEL, false));
    }
    request
        .sources()
        .modelCache()
        .map(ModelCache::of)
        .ifPresent(cache -> {
          arguments.add("--model-cache=" + cache.folder());
          mounts.add(ModelCache.mount(false));
          volumes.add(cache.volume());
          if (ModelCache.keeps(request)) {
            arguments.add("--model-links");
          }
        });
    // Several local files are packaged into one image.
    for (Location each :
        request.data().stream().map(data -> Outputs.data(request, data)).distinct().toList()) {
      arguments.add("--data=" + source(each, mounts, volumes));
    }
    for (Location each :
        request.evalData().stream()
            .map(data -> Outputs.evalData(request, data))
            .distinct()
            .toList()) {
      arguments.add("--eval-data=" + source(each, mounts, volumes));
    }
    arguments.addAll(reading(request.reading()));
    plan.config().chatTemplate().ifPresent(text -> arguments.add("--chat-template=" + text));
    arguments.add("--to=" + PodPaths.DATA);
    request.sources().s3Endpoint().ifPresent(uri -> arguments.add("--s3-endpoint=" + uri));
    request.sources().s3Region().ifPresent(region -> arguments.add("--s3-region=" + region));
    if (request.pod().caConfigMap().isPresent()) {
      arguments.add("--ca=" + OwnAuthorities.FOLDER);
      mounts.addAll(OwnAuthorities.mounts(request.pod()));
    }
    if (plan.plainHttp()) {
      arguments.add("--plain-http");
    }
    for (int i = 0; i < request.dataSecrets().size(); i++) {
      arguments.add("--credentials=" + CREDENTIALS + i);
      mountSecret(
          "credentials-" + i, request.dataSecrets().get(i), CREDENTIALS + i, mounts, volumes);
    }
    // A model on a claim is not fetched, so that its Secret has no business in the pod.
    if (modelVolume == Volumes.EMPTY && request.modelSecret().isPresent()) {
      String folder = CREDENTIALS + "model";
      arguments.add("--model-credentials=" + folder);
      mountSecret(
          "model-credentials", request.modelSecret().orElseThrow(), folder, mounts, volumes);
    }
    return new DownloadStep(
        arguments.stream().map(Volumes::literal).map(each -> (Object) each).toList(),
        mounts,
        volumes,
        modelVolume,
        modelSubPath);
  }

  /// What decides which canonical rows become of the data, as text: the files that held it are
  /// here.
  private static List<String> reading(RowReading reading) {
    List<String> arguments = new ArrayList<>();
    reading
        .mapping()
        .theirsByOurs()
        .forEach((ours, theirs) -> arguments.add("--column=" + ours + "=" + theirs));
    reading.format().ifPresent(format -> arguments.add("--format=" + format.flag()));
    reading
        .template()
        .ifPresent(template -> {
          arguments.add("--template=" + template.text());
          template
              .withoutInput()
              .ifPresent(text -> arguments.add("--template-without-input=" + text));
        });
    return arguments;
  }

  private static void mountSecret(
      String volume, String secret, String folder, List<Object> mounts, List<Object> volumes) {
    mounts.add(Volumes.mount(volume, folder, true));
    volumes.add(Volumes.named(volume, Volumes.secret(secret)));
  }

  /// The argument for rows; those on a volume are read from where it is mounted.
  private static String source(Location data, List<Object> mounts, List<Object> volumes) {
    String name = "source-" + volumes.size();
    String folder = SOURCES + volumes.size();
    return switch (data) {
      case Location.Claim(String claim, String path) -> {
        mounts.add(Volumes.mount(name, folder, true));
        volumes.add(Volumes.named(name, Volumes.claim(claim, true)));
        yield path.isEmpty() ? folder : folder + "/" + path;
      }
      case Location.Volume(Map<String, Object> source) -> {
        mounts.add(Volumes.mount(name, folder, true));
        volumes.add(Volumes.named(name, source));
        yield folder;
      }
      case Location.Local _,
          Location.Image _,
          Location.HuggingFace _,
          Location.Preset _,
          Location.Url _ ->
          fetchable(data);
    };
  }

  private static String fetchable(Location location) {
    return location instanceof Location.Preset(String name)
        ? "hf://" + Presets.find(name).orElseThrow().repository()
        : location.text();
  }
}
