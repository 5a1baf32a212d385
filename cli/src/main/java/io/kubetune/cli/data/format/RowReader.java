package io.kubetune.cli.data.format;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads one file of rows from front to end in bounded memory.
///
/// ```
/// for (RowBatch batch = reader.next(); batch != null; batch = reader.next()) { … }
/// ```
public interface RowReader extends AutoCloseable {
  /// A row longer than this, in bytes of the file, is a problem and is not kept in memory: 32 MiB
  /// is some eight million tokens, more than any model's context.
  int LONGEST_ROW_BYTES = 32 << 20;

  /// The next rows; null at the end.
  ///
  /// @throws DamagedFileException where the rest of the file can't be read
  RowBatch next() throws IOException;

  /// The columns that every row of this file has, where the format says so ahead of the rows (a CSV
  /// header, a Parquet schema).
  Optional<Header> header();

  /// Told once, before the first row, where there is a header: what the rows are read for.
  ///
  /// @param structured those of them that hold lists; a format that has only text holds them as
  ///   JSON
  default void readOnly(Set<String> columns, Set<String> structured) {}

  @Override
  void close() throws IOException;

  /// @param place where the header stands
  record Header(List<String> columns, Place place) {}
}
