package io.kubetune.cli.publish;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.render.Outputs;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.TuneRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Packages what a request has on this machine as images of its registry, for a pod to read; what
/// the registry has already is not sent again.
///
/// ```
/// TuneRequest inCluster = new InputPublisher(access, environment, bars).publish(request);
/// ```
public record InputPublisher(
    RegistryAccess access, Map<String, String> environment, TransferListener listener) {

  /// @return the same request, reading images by digest where it read folders and files
  public TuneRequest publish(TuneRequest request) {
    Location model = request.model();
    if (model instanceof Location.Local(Path folder)) {
      model = push(List.of(folder), Outputs.model(request));
    }
    return request.withInputs(
        model,
        packaged(request, request.data(), false),
        packaged(request, request.evalData(), true));
  }

  private List<Location> packaged(TuneRequest request, List<Location> locations, boolean eval) {
    List<Path> here = new ArrayList<>();
    List<Location> all = new ArrayList<>();
    Optional<Location> image = Optional.empty();
    for (Location each : locations) {
      if (each instanceof Location.Local(Path path)) {
        here.add(path);
        image = Optional.of(eval ? Outputs.evalData(request, each) : Outputs.data(request, each));
      } else {
        all.add(each);
      }
    }
    image.ifPresent(target -> all.addFirst(push(here, target)));
    return all;
  }

  private Location push(List<Path> files, Location target) {
    String name = ((Location.Image) target).reference();
    Published published =
        new DataPublisher(access, environment)
            .publish(files, Optional.empty(), ImageReference.parse(name), Map.of(), listener);
    return new Location.Image(name + "@" + published.digest());
  }
}
