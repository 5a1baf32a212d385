package io.kubetune.cli.render;

import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.TuneRequest;

/// Where a run in a cluster reads and writes, with the images that `--registry` stands for.
///
/// Publishing pins the tags of these images by digest before a pod reads them.
///
/// ```
/// Outputs.of(request).text() // "registry.example.com/ml/bot-adapter:latest"
/// ```
public final class Outputs {
  private Outputs() {}

  /// What the user said, or an image below their registry.
  public static Output of(TuneRequest request) {
    return request.output().orElseGet(() -> new Output.Image(inRegistry(request, "adapter")));
  }

  /// A model's folder of this machine becomes an image.
  public static Location model(TuneRequest request) {
    return packaged(request, request.model(), "model");
  }

  /// Files of this machine become an image.
  public static Location data(TuneRequest request, Location data) {
    return data instanceof Location.Local && request.dataImage().isPresent()
        ? new Location.Image(request.dataImage().get())
        : packaged(request, data, "data");
  }

  /// With `--data-image` beside the rows to train on, `-eval` behind their tag.
  public static Location evalData(TuneRequest request, Location data) {
    return data instanceof Location.Local && request.dataImage().isPresent()
        ? new Location.Image(beside(request.dataImage().get()))
        : packaged(request, data, "eval-data");
  }

  private static String beside(String image) {
    boolean tagged = image.lastIndexOf(':') > image.lastIndexOf('/');
    return image + (tagged ? "" : ":latest") + "-eval";
  }

  private static Location packaged(TuneRequest request, Location location, String what) {
    return location instanceof Location.Local
        ? new Location.Image(inRegistry(request, what))
        : location;
  }

  private static String inRegistry(TuneRequest request, String what) {
    return request.registry().orElseThrow() + "/" + request.name() + "-" + what + ":latest";
  }
}
