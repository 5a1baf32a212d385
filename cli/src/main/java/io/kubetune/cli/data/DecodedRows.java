package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.format.RowBatch;
import io.kubetune.cli.data.format.RowSink;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// A dataset's first batch, decoded ahead of its turn: how rows are shaped is decided by it.
///
/// ```
/// DecodedRows rows = DecodedRows.of(batch); // and later rows.decode(sink)
/// ```
///
/// @param found what the batch handed over, in order, to be handed over again
/// @param columns of each row
record DecodedRows(
    List<Consumer<RowSink>> found,
    List<List<String>> columns,
    Optional<Place> firstPlace,
    int heldBytes)
    implements RowBatch {

  static DecodedRows of(RowBatch batch) {
    List<Consumer<RowSink>> found = new ArrayList<>();
    List<List<String>> columns = new ArrayList<>();
    List<Place> places = new ArrayList<>();
    batch.decode(
        new RowSink() {
          @Override
          public void row(ObjectNode row, Place place) {
            columns.add(List.copyOf(row.propertyNames()));
            places.add(place);
            found.add(sink -> sink.row(row, place));
          }

          @Override
          public void problem(Problem problem) {
            found.add(sink -> sink.problem(problem));
          }
        });
    return new DecodedRows(found, columns, places.stream().findFirst(), batch.heldBytes());
  }

  @Override
  public void decode(RowSink sink) {
    found.forEach(each -> each.accept(sink));
  }
}
