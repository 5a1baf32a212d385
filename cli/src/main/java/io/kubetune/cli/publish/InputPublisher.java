package io.kubetune.cli.publish;

import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.render.Outputs;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Packages what a request has on this machine as images of its registry, for a pod to read; what
/// the registry has already is not sent again.
///
/// A pod reads the same files in the same order as this machine would: of a folder it finds them by
/// itself, all others it is told by name, because a name that was typed counts, whatever it is.
///
/// ```
/// TuneRequest inCluster = new InputPublisher(access, environment, bars).publish(request);
/// ```
public record InputPublisher(
    RegistryAccess access, Map<String, String> environment, TransferListener listener) {

  /// Each is an argument of a container.
  private static final int MOST_NAMED_FILES = 200;

  /// @return the same request, reading images by digest where it read folders and files
  public TuneRequest publish(TuneRequest request) {
    Location model = request.model();
    if (model instanceof Location.Local(Path folder)) {
      model = push(List.of(folder), Outputs.model(request));
    }
    return request.withInputs(
        model,
        packaged(request, request.data(), false, this::push),
        packaged(request, request.evalData(), true, this::push));
  }

  /// The request as [#publish] would leave its rows, without asking a registry: what they are named
  /// by follows from the files. A model is left as it is, because reading gigabytes is no look.
  /// Files that are not there, or are no rows, leave the request as it is: a dry run reads none.
  public TuneRequest foresee(TuneRequest request) {
    try {
      return request.withInputs(
          request.model(),
          packaged(request, request.data(), false, this::foreseen),
          packaged(request, request.evalData(), true, this::foreseen));
    } catch (TuneException e) {
      if (e.exitCode() == ExitCode.BAD_DATA) {
        return request;
      }
      throw e;
    }
  }

  /// Files into an image, and the name that it is pulled by.
  @FunctionalInterface
  private interface Packaging {
    Location.Image of(List<Path> files, Location target);
  }

  private List<Location> packaged(
      TuneRequest request, List<Location> locations, boolean eval, Packaging packaging) {
    Optional<Location.Local> first =
        locations.stream()
            .filter(Location.Local.class::isInstance)
            .map(Location.Local.class::cast)
            .findFirst();
    if (first.isEmpty()) {
      return locations;
    }
    Map<Path, List<Path>> read = read(request, locations);
    boolean oneFolder = read.size() == 1 && Files.isDirectory(first.get().path());
    boolean byName = !oneFolder && request.runtime() != RuntimeKind.KAITO;
    if (byName) {
      refuseTooMany(read);
    }
    List<Path> sources = new ArrayList<>();
    read.forEach((named, files) -> sources.addAll(isGlob(named) ? files : List.of(named)));
    Location.Image image =
        packaging.of(
            sources,
            eval ? Outputs.evalData(request, first.get()) : Outputs.data(request, first.get()));
    List<Location> all = new ArrayList<>();
    for (Location each : locations) {
      if (!(each instanceof Location.Local(Path named))) {
        all.add(each);
      } else if (byName) {
        read.get(named)
            .forEach(file -> all.add(new Location.Image(image.reference(), inImage(named, file))));
      } else {
        all.add(image);
      }
    }
    return all.stream().distinct().toList();
  }

  /// The files that are rows, by what was named, as a run on this machine would read them.
  private static Map<Path, List<Path>> read(TuneRequest request, List<Location> locations) {
    Map<Path, List<Path>> read = new LinkedHashMap<>();
    for (Location each : locations) {
      if (each instanceof Location.Local(Path named)) {
        DataSource source = DataSource.of(List.of(named.toString())).as(request.reading());
        read.put(named, source.files().get(named.toString()));
      }
    }
    return read;
  }

  private static void refuseTooMany(Map<Path, List<Path>> read) {
    long files = read.values().stream().mapToLong(List::size).sum();
    if (files > MOST_NAMED_FILES) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't package the data",
          "--data",
          files + " files, more than the " + MOST_NAMED_FILES + " that a pod is told by name",
          "put them into one folder, and name that alone");
    }
  }

  private static boolean isGlob(Path named) {
    return !Files.exists(named);
  }

  /// Where [DataFiles] puts a file.
  private static String inImage(Path named, Path file) {
    Path path = Files.isDirectory(named) ? named.relativize(file) : file.getFileName();
    return path.toString().replace('\\', '/');
  }

  private Location.Image push(List<Path> files, Location target) {
    String name = ((Location.Image) target).reference();
    Published published =
        new DataPublisher(access, environment)
            .publish(files, Optional.empty(), ImageReference.parse(name), Map.of(), listener);
    return new Location.Image(name + "@" + published.digest());
  }

  private Location.Image foreseen(List<Path> files, Location target) {
    String name = ((Location.Image) target).reference();
    try {
      return new Location.Image(name + "@" + new DataPublisher(access, environment).foresee(files));
    } catch (IOException e) {
      throw Storage.failed("can't read the data", files.toString(), e);
    }
  }
}
