package io.kubetune.cli.data.shape;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Copies a row of JSON text as canonical bytes, without making objects of it: the usual way of a
/// row, and several times as fast as the other one. What is wrong or unusual, or has an empty
/// answer, it leaves to the parser and [RowShaper].
///
/// ```
/// boolean copied = copier.copy(line, 0, line.length);
/// ```
public final class RowCopier {
  private final CanonicalBytes out;
  private final JsonText text = new JsonText();
  private final Copier copier;

  /// Copies a row of one form up to its closing brace.
  interface Copier {
    void copy();

    /// Of the row copied last.
    default List<String> roles() {
      return List.of();
    }
  }

  public RowCopier(RowForm form, CanonicalBytes out) {
    this.out = out;
    this.copier =
        switch (form) {
          case RowForm.Conversation names ->
              new ConversationCopier(text, utf8(names.messages()), utf8(names.tools()), out);
          case RowForm.Pair names ->
              new TextsCopier(
                  text,
                  List.of(names.prompt(), names.completion()),
                  List.of(utf8("{\"prompt\":"), utf8(",\"completion\":")),
                  out);
          case RowForm.Text names ->
              new TextsCopier(text, List.of(names.text()), List.of(utf8("{\"text\":")), out);
          case RowForm.Templated names -> new TemplateCopier(text, names, out);
        };
  }

  /// False where the row was not copied, and nothing written.
  public boolean copy(byte[] bytes, int from, int to) {
    int before = out.length();
    try {
      text.begin(bytes, from, to);
      copier.copy();
      text.end();
      out.write('\n');
      return true;
    } catch (NotPlainException e) {
      out.truncate(before);
      return false;
    }
  }

  /// Who speaks in the row that was copied last, message by message; empty where it is none.
  public List<String> roles() {
    return copier.roles();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
