package io.kubetune.trainer.train;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.files.StorageFailure;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.lora.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The `checkpoint-N` folders of a run: which there are, which go, and where to go on.
///
/// A folder is written aside and renamed, so a name that can be seen stands for all of it; the one
/// that a killed process left aside is removed at the next start.
///
/// ```
/// Optional<RunCheckpoint> newest = checkpoints.newest();
/// checkpoints.save(progress, parameters, optimizer, events.sync());
/// ```
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("checkpoint-([0-9]+)");
  private static final Pattern ASIDE =
      Pattern.compile("\\.(checkpoint-[0-9]+)\\.(partial|replaced)");

  private final Path outputDir;
  private final RunIdentity identity;
  private final AdapterFormat adapter;
  private final OptionalInt keep;

  /// @param keep `save_total_limit`: how many of the newest stay; empty is all
  public Checkpoints(
      Path outputDir, RunIdentity identity, AdapterFormat adapter, OptionalInt keep) {
    this.outputDir = outputDir;
    this.identity = identity;
    this.adapter = adapter;
    this.keep = keep;
  }

  /// The newest whole checkpoint; folders that are not whole are removed.
  ///
  /// @throws TuneException where it belongs to a run of another model, data or settings
  public Optional<RunCheckpoint> newest() {
    try {
      finishRenames();
      for (Path folder : newestFirst()) {
        Optional<RunCheckpoint> found = RunCheckpoint.read(folder);
        if (found.isPresent()) {
          refuseOfAnotherRun(found.get());
          return found;
        }
        deleteFolder(folder);
      }
      return Optional.empty();
    } catch (IOException e) {
      throw StorageFailure.of("can't read the run's checkpoints", outputDir, e);
    }
  }

  /// Writes a checkpoint, and removes those that are too many; the best one always stays.
  ///
  /// @param eventsBytes length of the event stream up to here
  /// @return its folder
  public Path save(Progress progress, Parameters parameters, AdamW optimizer, long eventsBytes) {
    Path target = folder(progress.step);
    Path aside = outputDir.resolve("." + target.getFileName() + ".partial");
    Path replaced = outputDir.resolve("." + target.getFileName() + ".replaced");
    try {
      deleteFolder(aside);
      Files.createDirectories(aside);
      RunCheckpoint.write(aside, identity, progress, parameters, optimizer, eventsBytes, adapter);
      if (Files.exists(target)) {
        Files.move(target, replaced);
      }
      Files.move(aside, target);
      WholeFile.syncFolder(outputDir);
      deleteFolder(replaced);
      rotate(progress);
      return target;
    } catch (IOException e) {
      deleteQuietly(aside);
      throw StorageFailure.of("can't write " + target.getFileName(), target, e);
    }
  }

  /// @param step of a checkpoint that was saved and kept
  public RunCheckpoint at(int step) {
    try {
      return RunCheckpoint.read(folder(step))
          .orElseThrow(() ->
              new TuneException(
                  ExitCode.STORAGE,
                  "can't load the best checkpoint",
                  folder(step).toString(),
                  "missing or damaged",
                  "start again in an empty output_dir"));
    } catch (IOException e) {
      throw StorageFailure.of("can't load the best checkpoint", folder(step), e);
    }
  }

  private Path folder(int step) {
    return outputDir.resolve("checkpoint-" + step);
  }

  private void refuseOfAnotherRun(RunCheckpoint checkpoint) {
    List<String> differences = identity.differences(checkpoint.identity());
    if (differences.isEmpty()) {
      return;
    }
    List<Problem> problems = new ArrayList<>();
    differences.forEach(
        line -> problems.add(new Problem(checkpoint.folder().toString(), line, "")));
    problems.add(
        new Problem(
            "TrainingArguments.output_dir",
            outputDir + " holds another run",
            "restore these settings to go on with it, or choose an empty folder"));
    throw new TuneException(
        ExitCode.ALREADY_EXISTS,
        "can't go on from " + checkpoint.folder().getFileName() + ": it is of another run",
        problems);
  }

  /// A process killed while it replaced a checkpoint left the old one under another name.
  private void finishRenames() throws IOException {
    for (Path path : list()) {
      Matcher aside = ASIDE.matcher(path.getFileName().toString());
      if (aside.matches()) {
        Path target = outputDir.resolve(aside.group(1));
        if (aside.group(2).equals("replaced") && !Files.exists(target)) {
          Files.move(path, target);
        } else {
          deleteFolder(path);
        }
      }
    }
  }

  private void rotate(Progress progress) throws IOException {
    if (keep.isEmpty()) {
      return;
    }
    List<Path> folders = newestFirst();
    for (Path old : folders.subList(Math.min(keep.getAsInt(), folders.size()), folders.size())) {
      if (!old.equals(folder(progress.bestStep))) {
        deleteFolder(old);
      }
    }
  }

  private List<Path> newestFirst() throws IOException {
    return list().stream()
        .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
        .sorted(Comparator.comparingInt(Checkpoints::stepOf).reversed())
        .toList();
  }

  private static int stepOf(Path folder) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    return name.matches() ? Integer.parseInt(name.group(1)) : -1;
  }

  private List<Path> list() throws IOException {
    if (!Files.isDirectory(outputDir)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(outputDir)) {
      return files.toList();
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : deepestFirst) {
      Files.delete(each);
    }
  }

  private static void deleteQuietly(Path folder) {
    try {
      deleteFolder(folder);
    } catch (IOException e) {
      // The failure that is reported is the first one; the next start removes what is left aside.
    }
  }
}
