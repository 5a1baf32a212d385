package io.kubetune.cli.data.shape;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Finds which [RowForm] a dataset has from the names of its columns.
///
/// ```
/// new FormChoice(ColumnMapping.NONE, Optional.empty()).of(List.of("prompt", "completion"))
/// ```
///
/// @param template the user's own prompt text
public record FormChoice(ColumnMapping mapping, Optional<PromptTemplate> template) {
  /// Names under which datasets keep what we call prompt, completion, text and messages, the usual
  /// ones first.
  private static final List<String> PROMPTS =
      List.of("prompt", "question", "query", "instruction", "input", "problem", "human", "user");

  private static final List<String> COMPLETIONS =
      List.of(
          "completion", "answer", "response", "output", "solution", "target", "assistant", "reply");

  private static final List<String> TEXTS = List.of("text", "content", "document", "body");
  private static final List<String> CONVERSATIONS =
      List.of("messages", "conversations", "conversation", "dialog", "dialogue", "chat");

  /// The form whose every column is there, the one that `--map` speaks of first.
  public Optional<RowForm> of(Collection<String> columns) {
    List<RowForm> whole =
        forms().stream().filter(each -> columns.containsAll(each.required())).toList();
    return whole.stream()
        .filter(each -> each.required().stream().anyMatch(mapping.theirsByOurs()::containsValue))
        .findFirst()
        .or(() -> whole.stream().findFirst());
  }

  /// The form that has at least its first column there (its last one, under a template): what the
  /// user most likely meant.
  public Optional<RowForm> nearest(Collection<String> columns) {
    if (template.isPresent()) {
      return forms().stream()
          .filter(each -> columns.contains(each.required().getLast()))
          .findFirst()
          .or(() -> Optional.of(forms().getFirst()));
    }
    return forms().stream()
        .filter(each -> columns.contains(each.required().getFirst()))
        .findFirst();
  }

  /// In the order in which they are looked for: a row may have `text` besides what `text` was made
  /// of.
  private List<RowForm> forms() {
    List<RowForm> forms = new ArrayList<>();
    if (template.isPresent()) {
      for (String completion : mapping.names("completion") ? List.of("completion") : COMPLETIONS) {
        forms.add(templated(template.get(), completion));
      }
      return forms;
    }
    String tools = mapping.theirs("tools");
    forms.add(new RowForm.Conversation(mapping.theirs("messages"), tools));
    forms.add(new RowForm.Conversation(mapping.theirs("conversations"), tools));
    forms.add(new RowForm.Pair(mapping.theirs("prompt"), mapping.theirs("completion")));
    forms.add(templated(PromptTemplate.ALPACA, "output"));
    forms.add(new RowForm.Text(mapping.theirs("text")));
    return forms;
  }

  private RowForm templated(PromptTemplate wording, String completion) {
    Map<String, String> columns = new LinkedHashMap<>();
    wording.fields().forEach(field -> columns.put(field, mapping.theirs(field)));
    return new RowForm.Templated(wording, columns, mapping.theirs(completion));
  }

  /// A pair of preferences: neither is an answer to learn by itself.
  public boolean isPreference(Collection<String> columns) {
    return columns.contains("chosen")
        && columns.contains("rejected")
        && !mapping.theirsByOurs().containsValue("chosen");
  }

  /// The `--map` that would most likely make these columns known; empty where nothing comes near.
  public Optional<String> suggestion(Collection<String> columns) {
    if (template.isPresent()) {
      return Optional.empty();
    }
    Optional<String> prompt = nearestName(columns, PROMPTS);
    Optional<String> completion = nearestName(columns, COMPLETIONS);
    if (prompt.isPresent() && completion.isPresent()) {
      List<String> pairs = new ArrayList<>();
      if (!prompt.get().equals("prompt")) {
        pairs.add(prompt.get() + "=prompt");
      }
      if (!completion.get().equals("completion")) {
        pairs.add(completion.get() + "=completion");
      }
      return Optional.of("--map " + String.join(",", pairs));
    }
    return nearestName(columns, CONVERSATIONS)
        .map(name -> "--map " + name + "=messages")
        .or(() -> nearestName(columns, TEXTS).map(name -> "--map " + name + "=text"));
  }

  private static Optional<String> nearestName(Collection<String> columns, List<String> known) {
    return known.stream()
        .flatMap(
            name -> columns.stream().filter(each -> each.toLowerCase(Locale.ROOT).equals(name)))
        .findFirst();
  }
}
