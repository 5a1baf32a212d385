package io.kubetune.cli.data.check;

import io.kubetune.cli.data.Findings;
import io.kubetune.cli.data.Notice;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `data check` found.
///
/// ```
/// report.refused() ? 1 : 0
/// ```
///
/// @param source what the user named
/// @param shape empty where no row could be understood
/// @param rows that can be trained on
/// @param bytes of those rows in canonical form
/// @param problemRows places that can't be trained on, of which `problems` are the first
/// @param notices what training bears, with the first place of each
/// @param duplicates rows whose like came before, of which `duplicatePlaces` are the first
/// @param duplicatesAmong how many rows were compared; fewer than `rows` where there are very many
/// @param lengths in estimated tokens: [io.kubetune.cli.data.TokenEstimate]
/// @param remarks on the files: columns that are not used, splits that were left out
public record DataReport(
    String source,
    Optional<Shape> shape,
    long rows,
    long bytes,
    long problemRows,
    List<Problem> problems,
    Map<Notice, Findings.Noticed> notices,
    long duplicates,
    List<Duplicate> duplicatePlaces,
    long duplicatesAmong,
    TokenHistogram lengths,
    List<Problem> remarks) {

  /// A row and the first one like it.
  public record Duplicate(String place, String firstPlace) {}

  /// Whether training would refuse the data as they are.
  public boolean refused() {
    return problemRows > 0 || rows == 0;
  }
}
