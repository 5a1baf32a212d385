package io.kubetune.cli.data.format;

import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Rows of a Parquet file, a thousand at a time; only the columns that are needed are read.
final class ParquetReader implements RowReader {
  /// Bounds what is decoded at once: the library's own row reader sizes batches by rows alone and
  /// runs out of memory on long texts.
  private static final int BATCH_ROWS = 1024;

  private static final String FETCH_BYTES = Integer.toString(2 << 20);

  /// Kept here so that its level is not lost with the logger.
  private static final Logger LIBRARY_LOG = Logger.getLogger("dev.hardwood");

  static {
    // It talks of optional accelerators; stderr belongs to the command.
    LIBRARY_LOG.setLevel(Level.WARNING);
    // The accelerator for gzip is a system library that is there on some machines only.
    System.setProperty("hardwood.uselibdeflate", "false");
    // It fetches ahead by the column chunk, 128 MB at most; with these a file of any size is read
    // in
    // a heap of 80 MB.
    System.setProperty("hardwood.internal.sequentialChunkSize", FETCH_BYTES);
    System.setProperty("hardwood.internal.maxCoalescedBytes", FETCH_BYTES);
  }

  /// The library waits for ever where a damaged page ends one of its threads; a sound batch takes
  /// milliseconds.
  private static final Duration STALLED = Duration.ofMinutes(2);

  private final String file;
  private final Duration stalled;
  private final ExecutorService batches =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("parquet").unstarted(task));
  private final ParquetFileReader parquet;
  private final List<SchemaNode> schema;
  private Set<String> wanted = Set.of();
  private ColumnReaders columns;
  private List<ParquetColumn> read = List.of();
  private long row;
  private int batchRow;
  private boolean ended;

  /// @throws DamagedFileException where there is no footer, or no Parquet at all
  ParquetReader(Path path, String file) throws IOException {
    this(path, file, STALLED);
  }

  /// @param stalled how long a batch may take before the file is taken for damaged
  ParquetReader(Path path, String file, Duration stalled) throws IOException {
    this.file = file;
    this.stalled = stalled;
    try {
      this.parquet = ParquetFileReader.open(new ParquetBytes(path));
    } catch (IOException | RuntimeException e) {
      throw new DamagedFileException(
          Place.whole(file)
              .problem(
                  "",
                  "not a whole Parquet file: " + e.getMessage(),
                  "is the file cut short? download or write it again"),
          e);
    }
    this.schema = parquet.getFileSchema().getRootNode().children();
  }

  @Override
  public Optional<Header> header() {
    return Optional.of(
        new Header(schema.stream().map(SchemaNode::name).toList(), Place.whole(file)));
  }

  @Override
  public void readOnly(Set<String> columns, Set<String> structured) {
    wanted = columns;
  }

  @Override
  public RowBatch next() throws IOException {
    Rows rows = new Rows();
    try {
      if (columns == null) {
        begin();
      }
      while (!ended && !rows.full()) {
        if (batchRow == columns.getRecordCount()) {
          advance();
        } else {
          row(rows);
        }
      }
    } catch (RuntimeException e) {
      // The library throws many kinds for damaged pages, and for codecs that are not there.
      ended = true;
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      if (root instanceof OutOfMemoryError memory) {
        throw memory;
      }
      String found = root == e ? e.getMessage() : e.getMessage() + ": " + root.getMessage();
      rows.end(
          new Place(file, Place.Unit.ROW, row + 1)
              .problem("", "can't be read: " + found, "is the file damaged?"));
    }
    return rows.isEmpty() ? null : rows;
  }

  private void begin() {
    List<SchemaNode> kept =
        schema.stream().filter(each -> wanted.isEmpty() || wanted.contains(each.name())).toList();
    columns =
        parquet
            .buildColumnReaders(
                ColumnProjection.columns(
                    kept.stream().map(SchemaNode::name).toArray(String[]::new)))
            .batchSize(BATCH_ROWS)
            .build();
    read = new ArrayList<>();
    for (SchemaNode each : kept) {
      read.add(new ParquetColumn(each, columns));
    }
    advance();
  }

  private void advance() {
    ended = !nextBatch();
    batchRow = 0;
    if (!ended) {
      read.forEach(ParquetColumn::nextBatch);
    }
  }

  private boolean nextBatch() {
    Future<Boolean> batch = batches.submit(columns::nextBatch);
    try {
      return batch.get(stalled.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      batch.cancel(true);
      throw new IllegalStateException("no rows come within " + stalled.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void row(Rows rows) {
    row++;
    Place place = new Place(file, Place.Unit.ROW, row);
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    int size = 0;
    try {
      for (ParquetColumn each : read) {
        size += each.into(found, batchRow);
      }
      rows.add(found, place, size);
    } catch (UnreadableValueException e) {
      rows.add(place.problem(e.field(), e.getMessage(), e.remedy()));
    }
    batchRow++;
  }

  @Override
  public void close() throws IOException {
    batches.shutdownNow();
    if (columns != null) {
      columns.close();
    }
    parquet.close();
  }
}
