package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig.Dataset;
import io.kubetune.trainer.data.Document;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `train_test_split`: some rows are kept from training, to be evaluated on.
///
/// The held-out rows are drawn by `DatasetConfig.seed` (or are the last ones where nothing is
/// shuffled); both parts keep the rows' order. All documents of a row stay together.
///
/// ```
/// var split = TrainEvalSplit.of(documents, config.dataset());
/// ```
///
/// @param train at least one row
/// @param eval empty where the share trained on is 1
public record TrainEvalSplit(List<Document> train, List<Document> eval) {

  /// ⌈rows · (1 − share)⌉ rows are held out (as `datasets.train_test_split` counts them), and at
  /// least one is trained on.
  public static TrainEvalSplit of(List<Document> documents, Dataset dataset) {
    List<Integer> rows = new ArrayList<>(documents.stream().map(Document::row).distinct().toList());
    // The share is decimal and 1 - 0.7 isn't exactly 0.3: a billionth of a row is no row.
    int heldOut = (int) Math.ceil(rows.size() * (1 - dataset.trainShare()) - 1e-9);
    heldOut = Math.max(0, Math.min(heldOut, rows.size() - 1));
    if (dataset.shuffle()) {
      new Randomness(dataset.shuffleSeed()).shuffle(rows);
    }
    Set<Integer> held = new HashSet<>(rows.subList(rows.size() - heldOut, rows.size()));
    return new TrainEvalSplit(
        documents.stream().filter(each -> !held.contains(each.row())).toList(),
        documents.stream().filter(each -> held.contains(each.row())).toList());
  }
}
