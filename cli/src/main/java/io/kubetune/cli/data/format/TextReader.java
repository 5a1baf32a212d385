package io.kubetune.cli.data.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/// Plain text: every line that is not blank is a row, its one column is `text`.
final class TextReader implements RowReader {
  private final String file;
  private final StrictUtf8Reader text;
  private final BufferedReader lines;
  private long line;
  private boolean ended;

  TextReader(StrictUtf8Reader text, String file) {
    this.text = text;
    this.file = file;
    this.lines = new BufferedReader(text, 1 << 16);
  }

  @Override
  public Optional<Header> header() {
    return Optional.of(new Header(List.of("text"), Place.whole(file)));
  }

  @Override
  public RowBatch next() throws IOException {
    Rows rows = new Rows();
    try {
      while (!ended && !rows.full()) {
        text.beginRow();
        String found = lines.readLine();
        line++;
        ended = found == null;
        if (found != null && !found.isBlank()) {
          rows.add(
              JsonNodeFactory.instance.objectNode().put("text", found),
              new Place(file, Place.Unit.LINE, line),
              found.length());
        }
      }
    } catch (DamagedFileException e) {
      ended = true;
      rows.end(e.problem());
    }
    return rows.isEmpty() ? null : rows;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
