package io.kubetune.cli.data;

import io.kubetune.cli.data.format.DamagedFileException;
import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.format.RowBatch;
import io.kubetune.cli.data.format.RowReader;
import io.kubetune.cli.data.shape.CanonicalBytes;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.cli.data.shape.RowForm;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Reads files one after another, shapes their rows on all cores, and hands the batches on in
/// order.
///
/// What waits is bounded in bytes, so a dataset of any size needs the same memory.
///
/// ```
/// try (var pipeline = new RowPipeline(source)) {
///   pipeline.read(file, batch -> out.write(batch.canonical()));
/// }
/// ```
public final class RowPipeline implements AutoCloseable {
  /// Enough for every core to have its next batch ready.
  private static final int WAITING_BYTES = 2 << 20;

  /// As much as a batch of most formats has.
  private static final int BATCH_BYTES = 256 << 10;

  /// Takes batches in the order of the files' rows, on the thread that called [#read].
  @FunctionalInterface
  public interface Sink {
    void batch(ShapedBatch batch) throws IOException;
  }

  private record Waiting(Future<ShapedBatch> shaped, int bytes) {}

  private final FormChoice choice;
  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          task -> Thread.ofPlatform().daemon().name("rows").unstarted(task));

  /// One for each worker, used again: batches are many, and the memory of each has to be cleared.
  private final ThreadLocal<CanonicalBytes> canonical =
      ThreadLocal.withInitial(() -> new CanonicalBytes(BATCH_BYTES));

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private Optional<RowForm> form = Optional.empty();
  private List<String> columns = List.of();
  private Place columnsPlace = Place.whole("");
  private boolean unknownForm;
  private Sink sink;

  public RowPipeline(DataSource source) {
    this.choice = source.choice();
  }

  /// The form that the first rows had; empty before them.
  public Optional<RowForm> form() {
    return form;
  }

  /// Columns of the first row that nothing is read from, as a warning.
  public Optional<Problem> unusedColumns() {
    List<String> unused = new ArrayList<>(columns);
    form.ifPresent(known -> unused.removeAll(known.required()));
    form.ifPresent(known -> unused.removeAll(known.optional()));
    return unused.isEmpty() || form.isEmpty()
        ? Optional.empty()
        : Optional.of(
            columnsPlace.problem(
                "", "columns that are not used: " + String.join(", ", unused), ""));
  }

  /// Reads one file to its end, or to where it can't be read any further.
  ///
  /// @throws IOException where the disk fails; a fault of the file's content goes to the sink
  public void read(InputFile file, Sink to) throws IOException {
    sink = to;
    if (unknownForm) {
      return;
    }
    boolean empty = true;
    try (RowReader reader = file.open()) {
      if (reader.header().isPresent()) {
        RowReader.Header header = reader.header().get();
        if (!choose(header.columns(), header.place())) {
          return;
        }
        RowForm known = form.orElseThrow();
        Set<String> read = new HashSet<>(known.required());
        read.addAll(known.optional());
        reader.readOnly(read, known.structured());
      }
      for (RowBatch batch = reader.next(); batch != null; batch = reader.next()) {
        empty = false;
        if (!accept(batch)) {
          return;
        }
      }
      if (empty) {
        fail(new Place(file.shown(), Place.Unit.LINE, 1).problem("", "no rows", ""));
      }
      drain(0);
    } catch (DamagedFileException e) {
      fail(e.problem());
    }
  }

  /// False where the rows' form is unknown, which was reported then.
  private boolean accept(RowBatch batch) throws IOException {
    RowBatch rows = batch;
    if (form.isEmpty()) {
      DecodedRows decoded = DecodedRows.of(batch);
      rows = decoded;
      Optional<RowForm> found =
          decoded.columns().stream().flatMap(each -> choice.of(each).stream()).findFirst();
      if (decoded.firstPlace().isPresent()) {
        List<String> first =
            decoded.columns().stream()
                .filter(each -> found.isEmpty() || choice.of(each).isPresent())
                .findFirst()
                .orElseThrow();
        if (!choose(first, decoded.firstPlace().get())) {
          return false;
        }
      }
    }
    RowForm known = form.orElse(NO_ROWS_YET);
    RowBatch task = rows;
    waiting.add(
        new Waiting(
            workers.submit(() -> ShapedBatch.of(task, known, canonical.get())), rows.heldBytes()));
    waitingBytes += rows.heldBytes();
    drain(WAITING_BYTES);
    return true;
  }

  /// Shapes a batch that has nothing but problems.
  private static final RowForm NO_ROWS_YET = new RowForm.Text("text");

  /// Settles the form where it is open; then says whether these columns have it.
  private boolean choose(List<String> found, Place place) throws IOException {
    if (form.isEmpty() && !choice.isPreference(found)) {
      form = choice.of(found);
      columns = found;
      columnsPlace = place;
      if (form.isPresent()) {
        List<Problem> unused = new FormProblems(choice).ofMapping(form.get(), found, place);
        for (Problem each : unused) {
          fail(each);
        }
        if (!unused.isEmpty()) {
          unknownForm = true;
          return false;
        }
      }
    }
    if (form.isPresent() && found.containsAll(form.get().required())) {
      return true;
    }
    unknownForm = form.isEmpty();
    for (Problem each : new FormProblems(choice).of(form, found, place)) {
      fail(each);
    }
    return false;
  }

  private void fail(Problem problem) throws IOException {
    drain(0);
    Problems problems = new Problems();
    problems.add(problem);
    sink.batch(new ShapedBatch(new byte[0], List.of(), problems));
  }

  private void drain(long downToBytes) throws IOException {
    while (!waiting.isEmpty() && (downToBytes == 0 || waitingBytes > downToBytes)) {
      Waiting first = waiting.remove();
      waitingBytes -= first.bytes();
      try {
        sink.batch(first.shaped().get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading the data", e);
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RuntimeException fault -> throw fault;
          case Error fault -> throw fault;
          default -> throw new IllegalStateException(e.getCause());
        }
      }
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
