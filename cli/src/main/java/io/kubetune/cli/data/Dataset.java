package io.kubetune.cli.data;

import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.cli.data.shape.RowForm;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Makes the user's rows canonical, or says everything that is wrong with them.
///
/// ```
/// DataFacts facts = Dataset.normalise(NormaliseRequest.of(List.of("rows.jsonl"), folder));
/// ```
public final class Dataset {
  private Dataset() {}

  /// Reads, checks and writes a dataset; the folder appears whole or not at all.
  ///
  /// @throws TuneException BAD_DATA with the first problems, ALREADY_EXISTS where the folder holds
  ///   something, STORAGE where the disk refuses
  public static DataFacts normalise(NormaliseRequest request) {
    String source = String.join(", ", request.inputs());
    List<InputFile> trainInputs = InputFiles.of(request.inputs(), request.format()).files();
    List<InputFile> evalInputs = InputFiles.of(request.evalInputs(), request.format()).files();
    try (NewFolder folder = NewFolder.aside(request.outFolder());
        var pipeline = new RowPipeline(new FormChoice(request.mapping(), request.template()));
        var train = new CanonicalFile(folder.path().resolve("train.jsonl"))) {
      train.read(pipeline, trainInputs);
      List<CanonicalFile> files = new ArrayList<>(List.of(train));
      Problems problems = train.problems();
      if (!evalInputs.isEmpty()) {
        try (var eval = new CanonicalFile(folder.path().resolve("eval.jsonl"))) {
          eval.read(pipeline, evalInputs);
          problems.addAll(eval.problems());
          files.add(eval);
        }
      }
      refuse(source, problems, files);
      return publish(request, folder, pipeline, files, source);
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

  private static DataFacts publish(
      NormaliseRequest request,
      NewFolder folder,
      RowPipeline pipeline,
      List<CanonicalFile> files,
      String source)
      throws IOException {
    RowForm form = pipeline.form().orElseThrow();
    List<Manifest.Entry> entries =
        files.stream()
            .map(each ->
                new Manifest.Entry(
                    each.path().getFileName().toString(), each.rows(), each.bytes(), each.digest()))
            .toList();
    CanonicalFile train = files.getFirst();
    new Manifest(form.shape(), entries, source, request.mapping(), train.origins())
        .write(folder.path().resolve("manifest.json"));
    folder.publish();
    List<Problem> warnings = new ArrayList<>();
    unusedColumns(form, pipeline.columns(), train.origins()).forEach(warnings::add);
    files.forEach(each -> warnings.addAll(each.warnings()));
    return new DataFacts(
        request.outFolder(),
        train.rows(),
        train.bytes(),
        entries.getFirst().sha256(),
        files.stream().skip(1).mapToLong(CanonicalFile::rows).sum(),
        train.estimatedTokens(),
        form.shape(),
        source,
        List.copyOf(warnings));
  }

  private static List<Problem> unusedColumns(
      RowForm form, List<String> columns, List<Origins.Run> origins) {
    List<String> unused =
        columns.stream()
            .filter(each -> !form.required().contains(each) && !form.optional().contains(each))
            .toList();
    if (unused.isEmpty()) {
      return List.of();
    }
    Origins.Run first = origins.getFirst();
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
