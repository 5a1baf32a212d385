package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.ObjectNode;

/// Whole lines of JSON Lines, parsed a line at a time so that one bad line costs only itself.
///
/// @param length how much of `bytes` is lines
/// @param firstLine the first one's number in the file, from 1
/// @param offset where `bytes` begins in the file
record JsonLinesBatch(String file, byte[] bytes, int length, long firstLine, long offset)
    implements RowBatch {

  @Override
  public int heldBytes() {
    return bytes.length;
  }

  @Override
  public void decode(RowSink sink) {
    StrictUtf8 utf8 = new StrictUtf8();
    long line = firstLine;
    for (int from = 0, to; from < length; from = to + 1, line++) {
      to = from;
      while (to < length && bytes[to] != '\n') {
        to++;
      }
      if (!blank(from, to)) {
        decodeLine(utf8, from, to, new Place(file, Place.Unit.LINE, line), sink);
      }
    }
  }

  private void decodeLine(StrictUtf8 utf8, int from, int to, Place place, RowSink sink) {
    if (to - from > RowReader.LONGEST_ROW_BYTES) {
      sink.problem(JsonLinesReader.tooLong(place, to - from));
      return;
    }
    if (sink.line(bytes, from, to, place)) {
      return;
    }
    int bad = utf8.decode(bytes, from, to);
    if (bad >= 0) {
      sink.problem(StrictUtf8.problem(place, offset + bad, bytes[bad]));
      return;
    }
    try (JsonParser parser = JsonRow.parser(utf8.chars(), 0, utf8.length())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        sink.problem(notAnObject(place, parser.currentToken()));
        return;
      }
      ObjectNode row = (ObjectNode) JsonRow.read(parser);
      if (parser.nextToken() != null) {
        sink.problem(place.problem("", "more JSON after the row's end", "one row a line"));
        return;
      }
      sink.row(row, place);
    } catch (JacksonException e) {
      sink.problem(JsonRow.problem(e, place));
    }
  }

  static Problem notAnObject(Place place, JsonToken found) {
    return place.problem(
        "",
        "the row is "
            + (found == JsonToken.START_ARRAY ? "an array" : "a single value")
            + ", not an object",
        "a row looks like {\"prompt\": …, \"completion\": …}");
  }

  private boolean blank(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\t') {
        return false;
      }
    }
    return true;
  }
}
