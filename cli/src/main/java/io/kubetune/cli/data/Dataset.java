package io.kubetune.cli.data;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
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
    DataSource source = request.source();
    try (CanonicalFolder folder = CanonicalFolder.aside(request.outFolder());
        var pipeline = new RowPipeline(source)) {
      Findings train = new Findings();
      Findings eval = new Findings();
      List<Problem> warnings =
          new ArrayList<>(read(source, pipeline, train, folder.file(DataManifest.TRAIN)));
      if (!request.evalInputs().isEmpty()) {
        DataSource evalSource = source.with(request.evalInputs());
        warnings.addAll(read(evalSource, pipeline, eval, folder.file(DataManifest.EVAL)));
      }
      Problems problems = train.problems();
      problems.addAll(eval.problems());
      refuse(source, problems, train.rows() + eval.rows());
      DataManifest manifest =
          folder.publish(
              pipeline.form().orElseThrow().shape(), source.named(), source.reading().mapping());
      pipeline.unusedColumns().ifPresent(warnings::add);
      warnings.addAll(train.warnings());
      warnings.addAll(eval.warnings());
      return DataFacts.of(request.outFolder(), manifest, train.estimatedTokens(), warnings);
    } catch (IOException e) {
      throw storage(request.outFolder(), e);
    }
  }

  private static List<Problem> read(
      DataSource source, RowPipeline pipeline, Findings findings, CanonicalFile file)
      throws IOException {
    return source.read(
        pipeline,
        batch -> {
          findings.add(batch);
          // Nothing is kept of a dataset that has problems: reading goes on only to count them.
          if (findings.problems().total() == 0) {
            file.append(batch);
          }
        });
  }

  /// A disk that refuses what is written to a folder.
  public static TuneException storage(Path folder, IOException e) {
    return Storage.failed("can't write the dataset to " + folder, folder.toString(), e);
  }

  /// Ends with all that is wrong, where anything is.
  static void refuse(DataSource source, Problems problems, long soundRows) {
    if (problems.total() == 0) {
      return;
    }
    String count = problems.total() == 1 ? "1 problem" : problems.total() + " problems";
    String shown =
        problems.total() > Problems.KEPT ? ", the first " + Problems.KEPT + " of them" : "";
    throw new TuneException(
        ExitCode.BAD_DATA,
        "can't train on %s: %s%s (%d rows are sound)"
            .formatted(source.named(), count, shown, soundRows),
        problems.first());
  }
}
