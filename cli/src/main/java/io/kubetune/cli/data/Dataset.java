package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.cli.data.shape.RowForm;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Origin;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/// Makes the user's rows canonical, or says everything that is wrong with them.
///
/// ```
/// DataFacts facts = Dataset.normalise(NormaliseRequest.of(List.of("rows.jsonl"), folder));
/// ```
public final class Dataset {
  private static final String HELD_OUT =
      "left out: by its name these rows were held out of training";

  private Dataset() {}

  /// Reads, checks and writes a dataset; the folder appears whole or not at all.
  ///
  /// @throws TuneException BAD_DATA with the first problems, ALREADY_EXISTS where the folder holds
  ///   something, STORAGE where the disk refuses
  public static DataFacts normalise(NormaliseRequest request) {
    String source = String.join(", ", request.inputs());
    InputFiles inputs = inputs(request.inputs(), request);
    InputFiles evalInputs = inputs(request.evalInputs(), request);
    try (NewFolder folder = NewFolder.aside(request.outFolder());
        var pipeline = new RowPipeline(new FormChoice(request.mapping(), request.template()));
        var train = new CanonicalFile(folder.path().resolve(DataManifest.TRAIN))) {
      train.read(pipeline, inputs.files());
      List<CanonicalFile> files = new ArrayList<>(List.of(train));
      Problems problems = train.problems();
      if (!evalInputs.files().isEmpty()) {
        try (var eval = new CanonicalFile(folder.path().resolve(DataManifest.EVAL))) {
          eval.read(pipeline, evalInputs.files());
          problems.addAll(eval.problems());
          files.add(eval);
        }
      }
      refuse(source, problems, files);
      return publish(request, folder, pipeline, files, inputs);
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't write the dataset to " + request.outFolder(),
          request.outFolder().toString(),
          e.getClass().getSimpleName() + ": " + e.getMessage(),
          "is there space on the disk, and permission to write?",
          e);
    }
  }

  private static InputFiles inputs(List<String> named, NormaliseRequest request) {
    try {
      InputFiles files = InputFiles.of(named, request.format());
      if (!files.problems().isEmpty()) {
        throw new TuneException(ExitCode.BAD_DATA, "can't find the data", files.problems());
      }
      return files;
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.BAD_DATA,
          "can't list the data " + String.join(", ", named),
          e.getMessage(),
          e.getClass().getSimpleName(),
          "",
          e);
    }
  }

  private static DataFacts publish(
      NormaliseRequest request,
      NewFolder folder,
      RowPipeline pipeline,
      List<CanonicalFile> files,
      InputFiles inputs)
      throws IOException {
    String source = String.join(", ", request.inputs());
    RowForm form = pipeline.form().orElseThrow();
    List<DataFile> written = new ArrayList<>();
    for (CanonicalFile each : files) {
      String name = each.path().getFileName().toString();
      written.add(new DataFile(name, each.rows(), each.bytes(), each.digest()));
    }
    CanonicalFile train = files.getFirst();
    DataManifest manifest =
        new DataManifest(
            form.shape(), written, source, request.mapping().theirsByOurs(), train.origins());
    Files.writeString(folder.path().resolve(DataManifest.FILE_NAME), manifest.toJson());
    folder.publish();
    List<Problem> warnings = new ArrayList<>();
    warnings.addAll(unusedColumns(form, pipeline.columns(), train.origins()));
    inputs.left().stream()
        .map(each -> new Problem(each.toString(), HELD_OUT, "name the file itself to use it"))
        .forEach(warnings::add);
    files.forEach(each -> warnings.addAll(each.warnings()));
    return new DataFacts(
        request.outFolder(),
        train.rows(),
        train.bytes(),
        written.getFirst().sha256(),
        files.stream().skip(1).mapToLong(CanonicalFile::rows).sum(),
        train.estimatedTokens(),
        form.shape(),
        source,
        List.copyOf(warnings));
  }

  private static List<Problem> unusedColumns(
      RowForm form, List<String> columns, List<Origin> origins) {
    List<String> unused =
        columns.stream()
            .filter(each -> !form.required().contains(each) && !form.optional().contains(each))
            .toList();
    if (unused.isEmpty()) {
      return List.of();
    }
    Origin first = origins.getFirst();
    return List.of(
        new Place(first.file(), Place.Unit.LINE, Math.max(1, first.line()))
            .problem("", "columns that are not used: " + String.join(", ", unused), ""));
  }

  private static void refuse(String source, Problems problems, List<CanonicalFile> files) {
    if (problems.total() == 0) {
      return;
    }
    long rows = files.stream().mapToLong(CanonicalFile::rows).sum();
    String count = problems.total() == 1 ? "1 problem" : "%d problems".formatted(problems.total());
    String shown =
        problems.total() > Problems.KEPT ? ", the first " + Problems.KEPT + " of them" : "";
    throw new TuneException(
        ExitCode.BAD_DATA,
        "can't train on %s: %s%s (%d rows are sound)".formatted(source, count, shown, rows),
        problems.first());
  }
}
