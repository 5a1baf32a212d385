package io.kubetune.cli.data.shape;

import java.util.List;

/// Copies a row of JSON text whose canonical form has one or two texts.
///
/// ```
/// new TextsCopier(text, List.of("question"), List.of(utf8("{\"text\":")), out).copy();
/// ```
final class TextsCopier implements RowCopier.Copier {
  private final TextColumns columns;
  private final List<byte[]> openings;
  private final CanonicalBytes out;

  /// @param names of the user's columns
  /// @param openings what stands before each one's text
  TextsCopier(JsonText text, List<String> names, List<byte[]> openings, CanonicalBytes out) {
    this.columns = new TextColumns(text, names);
    this.openings = openings;
    this.out = out;
  }

  @Override
  public void copy() {
    columns.read();
    for (int i = 0; i < openings.size(); i++) {
      JsonString each = columns.get(i);
      if (each.isBlank()) {
        throw new NotPlainException();
      }
      out.write(openings.get(i));
      each.writeTo(out);
    }
    out.write('}');
  }
}
