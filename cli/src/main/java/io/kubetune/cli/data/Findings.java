package io.kubetune.cli.data;

import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.cli.data.format.Place;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What there is to say of a dataset, gathered batch by batch.
///
/// ```
/// findings.add(batch);
/// findings.problems().total();
/// ```
public final class Findings {
  /// @param first where it was found first
  public record Noticed(long rows, Place first) {}

  private final Problems problems = new Problems();
  private final Map<Notice, Noticed> notices = new EnumMap<>(Notice.class);
  private long rows;
  private long bytes;
  private long estimatedTokens;

  public void add(ShapedBatch batch) {
    problems.addAll(batch.problems());
    rows += batch.rows().size();
    bytes += batch.canonical().length;
    for (ShapedRow row : batch.rows()) {
      estimatedTokens += TokenEstimate.ofBytes(row.bytes());
      for (Notice each : row.notices()) {
        notices.merge(
            each, new Noticed(1, row.place()), (seen, _) -> new Noticed(seen.rows + 1, seen.first));
      }
    }
  }

  public Problems problems() {
    return problems;
  }

  public Map<Notice, Noticed> notices() {
    return Map.copyOf(notices);
  }

  /// Rows that can be trained on.
  public long rows() {
    return rows;
  }

  /// Of those rows in canonical form.
  public long bytes() {
    return bytes;
  }

  public long estimatedTokens() {
    return estimatedTokens;
  }

  /// The notices, each with the first place where it was found.
  public List<Problem> warnings() {
    List<Problem> warnings = new ArrayList<>();
    notices.forEach((notice, noticed) -> {
      String more = noticed.rows == 1 ? "" : " (the first of %d rows)".formatted(noticed.rows);
      warnings.add(noticed.first.problem("", notice.found() + more, notice.meaning()));
    });
    return warnings;
  }
}
