package io.kubetune.cli.command;

import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.submit.TrainerProgram;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Asks the trainer what a model would see of some rows: tokens, chat templates and masks exist
/// once, there (`templates/contract/inspect.md`).
///
/// ```
/// try (var inspect = TrainerInspect.of(trainer, source, model, List.of())) {
///   ObjectNode counts = inspect.counts();
/// }
/// ```
final class TrainerInspect implements AutoCloseable {
  private static final Pattern ROW = Pattern.compile("(?:\\S*/)?train\\.jsonl:(\\d+)");

  private final TrainerProgram trainer;
  private final List<String> arguments;
  private final Path work;
  private final DataManifest manifest;

  private TrainerInspect(
      TrainerProgram trainer, List<String> arguments, Path work, DataManifest manifest) {
    this.trainer = trainer;
    this.arguments = arguments;
    this.work = work;
    this.manifest = manifest;
  }

  /// Writes the rows in canonical form into a folder of its own, which closing removes.
  ///
  /// @param settings the trainer's flags besides model and data
  static TrainerInspect of(
      TrainerProgram trainer, DataSource source, Path model, List<String> settings)
      throws IOException {
    Path work = Files.createTempDirectory("kubetune-inspect");
    try {
      Path data = work.resolve("data");
      Dataset.normalise(new NormaliseRequest(source, List.of(), data));
      List<String> arguments =
          new ArrayList<>(List.of("--model", model.toString(), "--data", data.toString()));
      arguments.addAll(settings);
      return new TrainerInspect(trainer, arguments, work, DataManifest.read(data));
    } catch (RuntimeException e) {
      remove(work);
      throw e;
    }
  }

  /// Counts over all rows.
  ObjectNode counts() {
    return run(List.of());
  }

  /// One row's text, in segments that are learned or not.
  ///
  /// @param row from 1
  ObjectNode row(long row) {
    long rows = manifest.file(DataManifest.TRAIN).orElseThrow().rows();
    if (row < 1 || row > rows) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't show row " + row,
          "--row " + row,
          "there are rows 1 to " + rows,
          "");
    }
    return run(List.of("--row", Long.toString(row)));
  }

  /// Where the user has a row.
  String place(long row) {
    return manifest.userPlace(row).orElse(DataManifest.TRAIN + ":" + row);
  }

  private ObjectNode run(List<String> more) {
    List<String> command = new ArrayList<>(List.of(trainer.launcher().toString(), "inspect"));
    command.addAll(arguments);
    command.addAll(more);
    try {
      Path talk = work.resolve("stderr");
      Process process = new ProcessBuilder(command).redirectError(talk.toFile()).start();
      process.getOutputStream().close();
      String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw refused(status, Files.readString(talk));
      }
      return (ObjectNode) JsonMapper.shared().readTree(answer);
    } catch (IOException | JacksonException | ClassCastException e) {
      throw new TuneException(
          ExitCode.FAILED,
          "can't ask the trainer",
          trainer.launcher().toString(),
          e.toString(),
          "does it run? try it with the argument version",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TuneException(ExitCode.INTERRUPTED, "interrupted", List.of());
    }
  }

  /// The trainer's own words, its rows by the user's own lines.
  private TuneException refused(int status, String talk) {
    Matcher rows = ROW.matcher(talk.strip());
    String words =
        rows.replaceAll(at -> Matcher.quoteReplacement(place(Long.parseLong(at.group(1)))));
    List<Problem> problems =
        words.lines().map(line -> new Problem("trainer", line.strip(), "")).toList();
    return new TuneException(
        ExitCode.of(status), "the trainer can't take these rows for this model", problems);
  }

  @Override
  public void close() {
    remove(work);
  }

  private static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
