package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The trainer as installed on this machine: a folder whose `bin/kubetune-trainer` finds a JDK 25
/// and runs `train`, `inspect` or `generate` on it.
///
/// ```
/// TrainerProgram trainer = TrainerProgram.find(System.getenv());
/// Process process = trainer.start("train", run.configFile(), run.path(), run.logFile());
/// ```
public record TrainerProgram(Path home) {
  private static final String HOME_VARIABLE = "KUBETUNE_TRAINER_HOME";

  /// `$KUBETUNE_TRAINER_HOME`; else `../trainer` beside the folder of this binary; else
  /// `$XDG_DATA_HOME/kubetune/trainer` (`~/.local/share` where that is not set).
  ///
  /// @throws TuneException NOT_FOUND, naming every place looked in
  public static TrainerProgram find(Map<String, String> environment) {
    List<Path> places = places(environment);
    for (Path place : places) {
      TrainerProgram trainer = new TrainerProgram(place.toAbsolutePath().normalize());
      if (Files.isExecutable(trainer.launcher())) {
        return trainer;
      }
    }
    throw new TuneException(
        ExitCode.NOT_FOUND,
        "can't find the trainer",
        HOME_VARIABLE,
        "no executable bin/kubetune-trainer in "
            + places.stream().map(Path::toString).collect(Collectors.joining(", ")),
        "build it (scripts/build), or set " + HOME_VARIABLE + " to the folder of one");
  }

  public Path launcher() {
    return home.resolve("bin").resolve("kubetune-trainer");
  }

  private static List<Path> places(Map<String, String> environment) {
    String named = environment.getOrDefault(HOME_VARIABLE, "");
    if (!named.isEmpty()) {
      // A place that was named and is wrong must not be made up for by another one.
      return List.of(Path.of(named));
    }
    List<Path> places = new ArrayList<>();
    places.add(ThisProgram.executable().resolveSibling("../trainer").normalize());
    Path data = Path.of(environment.getOrDefault("XDG_DATA_HOME", ""));
    if (!data.isAbsolute()) {
      String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
      data = Path.of(home, ".local", "share");
    }
    places.add(data.resolve("kubetune").resolve("trainer"));
    return places;
  }
}
