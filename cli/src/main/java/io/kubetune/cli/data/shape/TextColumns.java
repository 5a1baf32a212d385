package io.kubetune.cli.data.shape;

import java.util.Arrays;
import java.util.List;

/// Those columns of a row of JSON text that hold strings and are read; the others are passed.
///
/// ```
/// columns.read();
/// columns.get("question").writeTo(out);
/// ```
final class TextColumns {
  private final JsonText text;
  private final List<String> names;
  private final List<byte[]> inUtf8;

  /// Of the row at hand, by name; null where it is null or missing.
  private final JsonString[] found;

  /// @param names the user's, each once
  TextColumns(JsonText text, List<String> names) {
    this.text = text;
    this.names = names;
    inUtf8 = names.stream().map(RowCopier::utf8).toList();
    found = new JsonString[names.size()];
  }

  /// Reads a row up to its closing brace.
  void read() {
    Arrays.fill(found, null);
    for (JsonString name = text.firstName(); name != null; name = text.nextName()) {
      int column = column(name);
      if (column < 0) {
        text.skip();
      } else if (text.peek() == 'n') {
        text.skipNull();
      } else {
        found[column] = text.string();
      }
    }
  }

  private int column(JsonString name) {
    for (int i = 0; i < found.length; i++) {
      if (name.is(inUtf8.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /// Its place among the columns, for [#get].
  int indexOf(String name) {
    return names.indexOf(name);
  }

  boolean isEmpty(int column) {
    return found[column] == null || found[column].from() == found[column].to();
  }

  JsonString get(int column) {
    if (found[column] == null) {
      throw new NotPlainException();
    }
    return found[column];
  }
}
