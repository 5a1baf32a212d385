package io.kubetune.cli.data.check;

import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.RowPipeline;
import io.kubetune.cli.data.ShapedBatch;
import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Says what there is to know of a dataset before it is trained on, and makes a cleaned copy.
///
/// ```
/// DataReport report = RowCheck.check(DataSource.of(List.of("rows.jsonl")));
/// ```
public final class RowCheck {
  private RowCheck() {}

  /// Reads everything and writes nothing.
  ///
  /// @throws TuneException BAD_DATA where the words name no file
  public static DataReport check(DataSource source) {
    RowTally tally = new RowTally();
    try {
      return run(source, tally, (batch, row, from) -> tally.add(row, batch.canonical(), from));
    } catch (IOException e) {
      throw Storage.failed("can't read the data", source.named(), e);
    }
  }

  /// Checks, and writes the rows that are sound, not empty and not yet there into a new folder of
  /// canonical rows; `removed.jsonl` in it names every row that was left out, and why.
  ///
  /// @throws TuneException BAD_DATA where no row is left; ALREADY_EXISTS, STORAGE
  public static DataReport fix(DataSource source, Path folder) {
    RowTally tally = new RowTally();
    try (CleanCopy copy = CleanCopy.aside(folder)) {
      DataReport report =
          run(
              source,
              tally,
              new Each() {
                @Override
                public void batch(ShapedBatch batch) throws IOException {
                  copy.remove(batch.problems());
                }

                @Override
                public void row(ShapedBatch batch, ShapedRow row, int from) throws IOException {
                  boolean duplicate = tally.add(row, batch.canonical(), from);
                  copy.add(row, batch.canonical(), from, duplicate);
                }
              });
      if (copy.rows() == 0) {
        throw new TuneException(
            ExitCode.BAD_DATA,
            "can't write a cleaned copy of " + source.named() + ": no sound row is left",
            report.problems());
      }
      copy.publish(report.shape().orElseThrow(), source);
      return report;
    } catch (IOException e) {
      throw Dataset.storage(folder, e);
    }
  }

  /// What a check does with what it reads.
  @FunctionalInterface
  private interface Each {
    void row(ShapedBatch batch, ShapedRow row, int from) throws IOException;

    default void batch(ShapedBatch batch) throws IOException {}
  }

  private static DataReport run(DataSource source, RowTally tally, Each each) throws IOException {
    try (RowPipeline pipeline = new RowPipeline(source)) {
      List<Problem> remarks =
          new ArrayList<>(
              source.read(
                  pipeline,
                  batch -> {
                    tally.add(batch);
                    each.batch(batch);
                    int from = 0;
                    for (ShapedRow row : batch.rows()) {
                      each.row(batch, row, from);
                      from += row.bytes();
                    }
                  }));
      pipeline.unusedColumns().ifPresent(remarks::add);
      return new DataReport(
          source.named(),
          pipeline.form().map(form -> form.shape()),
          tally.findings().rows(),
          tally.findings().bytes(),
          tally.findings().problems().total(),
          tally.findings().problems().first(),
          tally.findings().notices(),
          tally.duplicates(),
          tally.duplicatePlaces(),
          tally.compared(),
          tally.lengths(),
          remarks);
    }
  }
}
