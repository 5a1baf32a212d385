package io.kubetune.cli.data.shape;

import java.util.Arrays;
import java.util.List;

/// Copies a row of JSON text whose canonical form has one or two texts.
///
/// ```
/// new TextsCopier(text, List.of(utf8("question")), List.of(utf8("{\"text\":")), out).copy();
/// ```
final class TextsCopier implements RowCopier.Copier {
  private final JsonText text;
  private final List<byte[]> columns;
  private final List<byte[]> openings;
  private final CanonicalBytes out;

  /// Of the row at hand, for each column.
  private final JsonString[] found;

  /// @param columns the user's names
  /// @param openings what stands before each one's text
  TextsCopier(JsonText text, List<byte[]> columns, List<byte[]> openings, CanonicalBytes out) {
    this.text = text;
    this.columns = columns;
    this.openings = openings;
    this.out = out;
    found = new JsonString[columns.size()];
  }

  @Override
  public void copy() {
    Arrays.fill(found, null);
    for (JsonString name = text.firstName(); name != null; name = text.nextName()) {
      int column = column(name);
      if (column < 0) {
        text.skip();
      } else {
        found[column] = text.string();
      }
    }
    for (int i = 0; i < found.length; i++) {
      if (found[i] == null || found[i].isBlank()) {
        throw new NotPlainException();
      }
      out.write(openings.get(i));
      found[i].writeTo(out);
    }
    out.write('}');
  }

  private int column(JsonString name) {
    for (int i = 0; i < found.length; i++) {
      if (name.is(columns.get(i))) {
        return i;
      }
    }
    return -1;
  }
}
