package io.kubetune.cli.data.shape;

import io.kubetune.contract.DataManifest.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// How the user's columns make a canonical row; every name in it is the user's own.
///
/// ```
/// new RowForm.Pair("question", "answer") // GSM8K under --map question=prompt,answer=completion
/// ```
public sealed interface RowForm {

  /// Messages as a list of objects with role and content, or ShareGPT's from and value.
  record Conversation(String messages, String tools) implements RowForm {}

  record Pair(String prompt, String completion) implements RowForm {}

  /// A prompt that is put together from several columns.
  ///
  /// @param columns the user's column for each of the template's fields
  record Templated(PromptTemplate template, Map<String, String> columns, String completion)
      implements RowForm {}

  record Text(String text) implements RowForm {}

  default Shape shape() {
    return switch (this) {
      case Conversation _ -> Shape.MESSAGES;
      case Pair _, Templated _ -> Shape.PROMPT_COMPLETION;
      case Text _ -> Shape.TEXT;
    };
  }

  /// Columns that a row can't do without.
  default List<String> required() {
    return switch (this) {
      case Conversation form -> List.of(form.messages);
      case Pair form -> List.of(form.prompt, form.completion);
      case Templated form ->
          Stream.concat(
                  form.template.required().stream().map(form.columns::get),
                  Stream.of(form.completion))
              .toList();
      case Text form -> List.of(form.text);
    };
  }

  /// Columns that are read where they are there.
  default List<String> optional() {
    return switch (this) {
      case Conversation form -> List.of(form.tools);
      case Templated form -> form.template.optional().stream().map(form.columns::get).toList();
      case Pair _, Text _ -> List.of();
    };
  }

  /// Columns that hold lists, which a format of mere text has as JSON.
  default Set<String> structured() {
    return switch (this) {
      case Conversation form -> Set.of(form.messages);
      case Pair _, Templated _, Text _ -> Set.of();
    };
  }
}
