package io.kubetune.cli.data.shape;

import static io.kubetune.cli.data.shape.RowCopier.utf8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Copies a row of JSON text whose prompt is put together from several columns, as
/// [PromptTemplate#fill] does.
///
/// ```
/// new TemplateCopier(text, alpaca, out).copy();
/// ```
final class TemplateCopier implements RowCopier.Copier {
  private static final byte[] PROMPT = utf8("{\"prompt\":\"");
  private static final byte[] COMPLETION = utf8("\",\"completion\":");

  /// A wording in canonical form: literals, and after each but the last one a column's text.
  private record Wording(List<byte[]> literals, int[] columns, boolean blank) {}

  private final TextColumns columns;
  private final int completion;

  /// The column that decides between the two wordings; negative where there is one wording.
  private final int input;

  private final Wording with;
  private final Wording without;
  private final CanonicalBytes out;

  TemplateCopier(JsonText text, RowForm.Templated form, CanonicalBytes out) {
    this.out = out;
    columns =
        new TextColumns(
            text,
            Stream.concat(form.columns().values().stream(), Stream.of(form.completion()))
                .distinct()
                .toList());
    completion = columns.indexOf(form.completion());
    PromptTemplate template = form.template();
    input =
        template.optional().stream()
            .mapToInt(field -> columns.indexOf(form.columns().get(field)))
            .findFirst()
            .orElse(-1);
    without = wording(template.withoutInput().orElse(template.text()), form);
    // An input that no wording names is never there.
    with = input < 0 ? without : wording(template.text(), form);
  }

  private Wording wording(String wording, RowForm.Templated form) {
    List<byte[]> literals = new ArrayList<>();
    List<Integer> fields = new ArrayList<>();
    boolean blank = true;
    List<String> parts = PromptTemplate.parts(wording);
    for (int i = 0; i < parts.size(); i++) {
      if (i % 2 == 0) {
        literals.add(canonical(parts.get(i)));
        blank &= parts.get(i).isBlank();
      } else {
        fields.add(columns.indexOf(form.columns().get(parts.get(i))));
      }
    }
    return new Wording(literals, fields.stream().mapToInt(Integer::intValue).toArray(), blank);
  }

  /// A text as the canonical writer escapes it, without its quotes.
  private static byte[] canonical(String literal) {
    CanonicalBytes row = new CanonicalBytes(literal.length());
    new CanonicalWriter(row).write(new CanonicalRow.Text(literal));
    byte[] bytes = row.toByteArray();
    return Arrays.copyOfRange(bytes, "{\"text\":\"".length(), bytes.length - "\"}\n".length());
  }

  @Override
  public void copy() {
    columns.read();
    boolean noInput = input >= 0 && columns.isEmpty(input);
    Wording wording = noInput ? without : with;
    boolean blank = wording.blank;
    out.write(PROMPT);
    out.write(wording.literals.getFirst());
    for (int i = 0; i < wording.columns.length; i++) {
      int column = wording.columns[i];
      if (column != input || !noInput) {
        JsonString each = columns.get(column);
        blank &= each.isBlank();
        each.writeTextTo(out);
      }
      out.write(wording.literals.get(i + 1));
    }
    out.write(COMPLETION);
    JsonString answer = columns.get(completion);
    if (blank || answer.isBlank()) {
      throw new NotPlainException();
    }
    answer.writeTo(out);
    out.write('}');
  }
}
