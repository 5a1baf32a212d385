package io.kubetune.cli.data;

import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/// Divides a dataset into rows to train on and rows to evaluate on.
///
/// A row's own content decides where it goes: the same rows are never on both sides, and a row
/// stays where it is when others are added.
///
/// ```
/// DataFacts facts = new DatasetSplit(0.1, 7).write(DataSource.of(List.of("rows.jsonl")), folder);
/// ```
///
/// @param evalShare of the rows, above 0 and below 1; met on average, not to the row
/// @param seed another one gives another division
public record DatasetSplit(double evalShare, long seed) {
  public DatasetSplit {
    if (!(evalShare > 0 && evalShare < 1)) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't split the data",
          "--eval " + evalShare,
          "not between 0 and 1",
          "0.1 holds out a tenth of the rows");
    }
  }

  /// @throws TuneException BAD_DATA with the first problems, or where one side would be empty;
  ///   ALREADY_EXISTS, STORAGE
  public DataFacts write(DataSource source, Path target) {
    try (CanonicalFolder folder = CanonicalFolder.aside(target);
        var pipeline = new RowPipeline(source)) {
      Findings findings = new Findings();
      CanonicalFile train = folder.file(DataManifest.TRAIN);
      CanonicalFile eval = folder.file(DataManifest.EVAL);
      LongAdder tokens = new LongAdder();
      List<Problem> warnings =
          new ArrayList<>(
              source.read(
                  pipeline,
                  batch -> {
                    findings.add(batch);
                    int from = 0;
                    for (ShapedRow row : batch.rows()) {
                      boolean held = isHeldOut(RowHash.of(batch.canonical(), from, row.bytes()));
                      (held ? eval : train).append(row, batch.canonical(), from);
                      tokens.add(held ? 0 : TokenEstimate.ofBytes(row.bytes()));
                      from += row.bytes();
                    }
                  }));
      Dataset.refuse(source, findings.problems(), findings.rows());
      if (train.rows() == 0 || eval.rows() == 0) {
        throw new TuneException(
            ExitCode.BAD_DATA,
            "can't split " + source.named(),
            source.named(),
            "%d rows to train on and %d to evaluate on".formatted(train.rows(), eval.rows()),
            "with so few rows, try another --eval or --seed");
      }
      DataManifest manifest =
          folder.publish(
              pipeline.form().orElseThrow().shape(), source.named(), source.reading().mapping());
      pipeline.unusedColumns().ifPresent(warnings::add);
      warnings.addAll(findings.warnings());
      return DataFacts.of(target, manifest, tokens.sum(), warnings);
    } catch (IOException e) {
      throw Dataset.storage(target, e);
    }
  }

  private boolean isHeldOut(long rowHash) {
    return new SplittableRandom(rowHash ^ seed).nextDouble() < evalShare;
  }
}
