package io.kubetune.cli.data.format;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Rows of CSV or TSV (RFC 4180, quotes doubled), under the names in the first line.
///
/// Every value is the text that stands there: `NA`, `null` and nothing at all are text too.
final class CsvReader implements RowReader {
  private final String file;
  private final StrictUtf8Reader text;
  private final Fields fields = new Fields();
  private final CloseableIterator<List<String>> records;
  private final Header header;
  private boolean ended;
  private Set<String> wanted = Set.of();
  private Set<String> structured = Set.of();

  /// @throws DamagedFileException where the header can't be read
  CsvReader(StrictUtf8Reader text, String file, char separator) throws IOException {
    this.file = file;
    this.text = text;
    this.records =
        de.siegmar.fastcsv.reader.CsvReader.builder()
            .fieldSeparator(separator)
            .allowUnclosedQuote(false)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(LONGEST_ROW_BYTES)
            .build(fields, text)
            .iterator();
    Rows faults = new Rows();
    List<String> names = record(faults);
    if (names == null) {
      throw new DamagedFileException(
          fields.fault == null ? here().problem("", "no rows", "") : fields.fault);
    }
    this.header = new Header(List.copyOf(names), here());
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new DamagedFileException(
            here().problem(name, "two columns of this name", "rename one in the first line"));
      }
    }
  }

  @Override
  public Optional<Header> header() {
    return Optional.of(header);
  }

  @Override
  public void readOnly(Set<String> columns, Set<String> structured) {
    this.wanted = columns;
    this.structured = structured;
  }

  @Override
  public RowBatch next() throws IOException {
    Rows rows = new Rows();
    while (!rows.full()) {
      List<String> values = record(rows);
      if (values == null) {
        break;
      }
      if (values.size() != header.columns().size()) {
        rows.add(
            here()
                .problem(
                    "",
                    "%d fields under %d headers".formatted(values.size(), header.columns().size()),
                    "a field with the separator in it stands in quotes"));
      } else {
        row(values, rows);
      }
    }
    return rows.isEmpty() ? null : rows;
  }

  private void row(List<String> values, Rows rows) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    int size = 0;
    for (int i = 0; i < values.size(); i++) {
      String name = header.columns().get(i);
      String value = values.get(i);
      if (structured.contains(name)) {
        try {
          row.set(name, JsonRow.parse(value));
        } catch (JacksonException e) {
          rows.add(
              here()
                  .problem(
                      name,
                      "is text that is not JSON",
                      "write the column with json.dumps, or the file as JSON Lines"));
          return;
        }
      } else if (wanted.isEmpty() || wanted.contains(name)) {
        row.put(name, value);
      }
      size += value.length();
    }
    rows.add(row, here(), size);
  }

  /// The next record's fields; null at the end, which may be a fault that was added to the rows.
  private List<String> record(Rows rows) throws IOException {
    text.beginRow();
    fields.values = null;
    try {
      ended = ended || !records.hasNext();
      return ended ? null : records.next();
    } catch (CsvParseException e) {
      fields.fault = fault(e);
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof DamagedFileException damage)) {
        throw e.getCause();
      }
      fields.fault = damage.problem();
    }
    ended = true;
    rows.end(fields.fault);
    return null;
  }

  private Problem fault(CsvParseException e) {
    List<String> begun = fields.values == null ? List.of() : fields.values;
    String name =
        header != null && begun.size() < header.columns().size()
            ? header.columns().get(begun.size())
            : "";
    String message = e.getMessage().replaceAll(" \\(record starting at line \\d+\\)", "");
    return here().problem(name, message, "quotes within a quoted field are doubled: \"\"");
  }

  private Place here() {
    return new Place(file, Place.Unit.LINE, Math.max(1, fields.line));
  }

  @Override
  public void close() throws IOException {
    records.close();
    text.close();
  }

  /// Collects a record's fields, and keeps what was begun where the parser fails within one.
  private static final class Fields extends AbstractBaseCsvCallbackHandler<List<String>> {
    private List<String> values;
    private long line;
    private Problem fault;

    @Override
    protected void handleBegin(long startingLineNumber) {
      values = new ArrayList<>();
      line = startingLineNumber;
    }

    @Override
    protected void handleField(int index, char[] buffer, int from, int length, boolean quoted) {
      values.add(new String(buffer, from, length));
    }

    @Override
    protected List<String> buildRecord() {
      return values;
    }
  }
}
