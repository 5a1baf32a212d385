package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// All runs of this machine and user: one folder each under `$XDG_STATE_HOME/kubetune/runs`.
///
/// ```
/// RunStore runs = RunStore.of(System.getenv());
/// DataFacts data = runs.create(RunName.of("first"), aside -> { … fill the folder … });
/// runs.list().forEach(each -> System.out.println(each.name()));
/// ```
public record RunStore(Path root) {

  /// Fills a run's folder before anyone can see it.
  ///
  /// @param <T> what the filling found out
  public interface Filling<T> {
    /// @param aside the folder to write into; it will have another name afterwards
    T into(RunFolder aside) throws IOException;
  }

  /// `$XDG_STATE_HOME`, or `~/.local/state` where that is not set or, as the XDG Base Directory
  /// Specification has it, not absolute.
  public static RunStore of(Map<String, String> environment) {
    Path state = Path.of(environment.getOrDefault("XDG_STATE_HOME", ""));
    if (!state.isAbsolute()) {
      String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
      state = Path.of(home, ".local", "state");
    }
    return new RunStore(state.resolve("kubetune").resolve("runs"));
  }

  /// Where the run of this name is or would be.
  public RunFolder folder(RunName name) {
    return new RunFolder(root.resolve(name.value()));
  }

  /// @throws TuneException NOT_FOUND
  public RunFolder open(RunName name) {
    RunFolder run = folder(name);
    if (!Files.exists(run.recordFile())) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't find the run '" + name + "'",
          root.toString(),
          "no run of that name",
          list().isEmpty()
              ? "kubectl tune create --help"
              : "see the runs there are:\n  kubectl tune list");
    }
    return run;
  }

  /// Every run, by name.
  public List<RunFolder> list() {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(folder -> !folder.getFileName().toString().startsWith("."))
          .map(RunFolder::new)
          .filter(run -> Files.exists(run.recordFile()))
          .sorted(Comparator.comparing(run -> run.path().getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw storage("can't list the runs", root, e);
    }
  }

  /// @throws TuneException ALREADY_EXISTS where the name is taken
  public void requireFree(RunName name) {
    if (Files.exists(folder(name).path())) {
      throw taken(name);
    }
  }

  /// Builds a run's folder beside its place and renames it into it: it is there whole, or not at
  /// all.
  ///
  /// @return what the filling returned
  /// @throws TuneException ALREADY_EXISTS where the name is taken, STORAGE where the folder can't
  ///   be written; whatever the filling throws passes through
  public <T> T create(RunName name, Filling<T> filling) {
    requireFree(name);
    RunFolder run = folder(name);
    String attempted = "can't create the run '" + name + "'";
    Path aside = root.resolve("." + name + "." + ProcessHandle.current().pid());
    try {
      Files.createDirectories(root);
      removeAbandoned();
      Files.createDirectory(aside);
    } catch (IOException e) {
      throw storage(attempted, root, e);
    }
    Thread onInterrupt = new Thread(() -> removeQuietly(aside));
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      T found = filling.into(new RunFolder(aside));
      Files.move(aside, run.path(), StandardCopyOption.ATOMIC_MOVE);
      return found;
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      throw taken(name);
    } catch (IOException e) {
      throw storage(attempted, run.path(), e);
    } finally {
      removeQuietly(aside);
      try {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
      } catch (IllegalStateException e) {
        // The hooks run already and remove the same folder.
      }
    }
  }

  /// Removes a run's folder; it is out of sight before the first file goes.
  public void remove(RunFolder run) {
    Path aside = root.resolve("." + run.path().getFileName() + "." + ProcessHandle.current().pid());
    try {
      Files.move(run.path(), aside, StandardCopyOption.ATOMIC_MOVE);
      removeTree(aside);
    } catch (NoSuchFileException e) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't delete the run '" + run.path().getFileName() + "'",
          run.path().toString(),
          "it is gone already",
          "");
    } catch (IOException e) {
      throw storage("can't delete the run '" + run.path().getFileName() + "'", run.path(), e);
    }
  }

  // A create or delete that was killed with -9 leaves `.name.PID` behind.
  private void removeAbandoned() throws IOException {
    try (Stream<Path> folders = Files.list(root)) {
      for (Path folder : folders.toList()) {
        String name = folder.getFileName().toString();
        String pid = name.substring(name.lastIndexOf('.') + 1);
        if (name.startsWith(".")
            && pid.matches("[0-9]{1,18}")
            && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          removeTree(folder);
        }
      }
    }
  }

  private static void removeQuietly(Path folder) {
    try {
      removeTree(folder);
    } catch (IOException e) {
      // The failure that led here is the one to tell; the next create clears the rest.
    }
  }

  private static void removeTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(folder)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  private static TuneException taken(RunName name) {
    return new TuneException(
        ExitCode.ALREADY_EXISTS,
        "can't create the run '" + name + "'",
        "name",
        "a run of that name exists",
        "give another name, or --generate-name, or remove that run:\n  kubectl tune delete "
            + name);
  }

  private static TuneException storage(String attempted, Path place, IOException cause) {
    return new TuneException(
        ExitCode.STORAGE,
        attempted,
        place.toString(),
        StorageReason.of(cause),
        "a folder that can be written, named by XDG_STATE_HOME",
        cause);
  }
}
