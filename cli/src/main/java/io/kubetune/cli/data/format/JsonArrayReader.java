package io.kubetune.cli.data.format;

import java.io.IOException;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.node.ObjectNode;

/// Rows of one JSON array, as `json.dump(rows, file)` writes them, streamed.
///
/// After a fault in the syntax the rest can't be told apart, so that one is the file's last
/// problem.
final class JsonArrayReader implements RowReader {
  private final StrictUtf8Reader text;
  private final JsonParser parser;
  private final String file;
  private boolean begun;
  private boolean ended;

  JsonArrayReader(StrictUtf8Reader text, String file) {
    this.text = text;
    this.file = file;
    this.parser = JsonRow.FACTORY.createParser(ObjectReadContext.empty(), text);
  }

  @Override
  public Optional<Header> header() {
    return Optional.empty();
  }

  @Override
  public RowBatch next() throws IOException {
    Rows rows = new Rows();
    try {
      if (!begun) {
        begun = true;
        begin(rows);
      }
      while (!ended && !rows.full()) {
        row(rows);
      }
    } catch (JacksonIOException e) {
      ended = true;
      if (!(e.getCause() instanceof DamagedFileException damage)) {
        throw e.getCause();
      }
      rows.end(damage.problem());
    } catch (JacksonException e) {
      rows.end(JsonRow.problem(e, new Place(file, Place.Unit.LINE, line(e))));
      ended = true;
    }
    return rows.isEmpty() ? null : rows;
  }

  private void begin(Rows rows) {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      rows.end(
          here()
              .problem(
                  "",
                  "the file is not a JSON array",
                  "where it has one object a line, add --format jsonl"));
      ended = true;
    }
  }

  private void row(Rows rows) {
    text.beginRow();
    JsonToken token = parser.nextToken();
    Place place = here();
    if (token == JsonToken.START_OBJECT) {
      long from = parser.currentTokenLocation().getCharOffset();
      ObjectNode row = (ObjectNode) JsonRow.read(parser);
      rows.add(row, place, (int) (parser.currentLocation().getCharOffset() - from));
    } else if (token == JsonToken.END_ARRAY) {
      ended = true;
      if (parser.nextToken() != null) {
        rows.end(
            here()
                .problem(
                    "",
                    "more JSON after the array's end",
                    "where each line is a row, add --format jsonl"));
      }
    } else {
      ended = true;
      rows.end(JsonLinesBatch.notAnObject(place, token));
    }
  }

  private Place here() {
    return new Place(file, Place.Unit.LINE, parser.currentTokenLocation().getLineNr());
  }

  private long line(JacksonException e) {
    return e.getLocation() == null ? here().number() : e.getLocation().getLineNr();
  }

  @Override
  public void close() throws IOException {
    parser.close();
    text.close();
  }
}
