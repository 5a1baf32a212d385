package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.format.RowBatch;
import io.kubetune.cli.data.format.RowSink;
import io.kubetune.cli.data.shape.CanonicalBytes;
import io.kubetune.cli.data.shape.CanonicalRow;
import io.kubetune.cli.data.shape.CanonicalWriter;
import io.kubetune.cli.data.shape.RowCopier;
import io.kubetune.cli.data.shape.RowForm;
import io.kubetune.cli.data.shape.RowShaper;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// One batch of rows after its worker: canonical bytes, and what there is to say of each row.
///
/// ```
/// ShapedBatch batch = ShapedBatch.of(rows, form, new CanonicalBytes(1 << 18));
/// out.write(batch.canonical());
/// ```
///
/// @param canonical the rows' bytes, one after the other
/// @param rows each row that can be trained on
/// @param problems of the rows that can't
public record ShapedBatch(byte[] canonical, List<ShapedRow> rows, Problems problems) {

  /// @param bytes of its canonical line
  public record ShapedRow(Place place, int bytes, Set<Notice> notices) {}

  /// Decodes and shapes a batch. Safe on any thread, as the batch is this call's own.
  ///
  /// @param canonical this call's own, too
  static ShapedBatch of(RowBatch batch, RowForm form, CanonicalBytes canonical) {
    canonical.reset();
    Problems problems = Problems.ofBatch();
    CanonicalWriter writer = new CanonicalWriter(canonical);
    RowCopier copier = new RowCopier(form, canonical);
    List<ShapedRow> rows = new ArrayList<>();
    RowShaper shaper = new RowShaper(form, problems::add);
    batch.decode(
        new RowSink() {
          @Override
          public boolean line(byte[] bytes, int from, int to, Place place) {
            int before = canonical.length();
            if (!copier.copy(bytes, from, to)) {
              return false;
            }
            rows.add(
                new ShapedRow(place, canonical.length() - before, Notice.ofRoles(copier.roles())));
            return true;
          }

          @Override
          public void row(ObjectNode columns, Place place) {
            Optional<CanonicalRow> row = shaper.shape(columns, place);
            row.ifPresent(
                each -> rows.add(new ShapedRow(place, writer.write(each), Notice.of(each))));
          }

          @Override
          public void problem(Problem problem) {
            problems.add(problem);
          }
        });
    return new ShapedBatch(canonical.toByteArray(), rows, problems);
  }
}
