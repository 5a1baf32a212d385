package io.kubetune.cli.data;

import io.kubetune.cli.data.shape.CanonicalRow;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Something about a row that the user should know, and that training bears.
///
/// ```
/// Notice.of(new CanonicalRow.Pair("q", "")) // [EMPTY_ANSWER]
/// ```
public enum Notice {
  EMPTY_ANSWER("an empty answer", "only its end-of-turn token is learned"),
  EMPTY_PROMPT("an empty prompt", "the answer is learned without a question"),
  EMPTY_TEXT("an empty text", "there is nothing to learn in it"),
  NO_LAST_ANSWER("a last message that is not the assistant's", "it is never learned"),
  LATE_SYSTEM("a system message that is not the first", "most chat templates refuse it"),
  SAME_ROLE_TWICE("two messages of one role in a row", "some chat templates refuse it: merge them");

  private final String found;
  private final String meaning;

  Notice(String found, String meaning) {
    this.found = found;
    this.meaning = meaning;
  }

  public String found() {
    return found;
  }

  public String meaning() {
    return meaning;
  }

  /// What is to be said of one row.
  public static Set<Notice> of(CanonicalRow row) {
    Set<Notice> notices = EnumSet.noneOf(Notice.class);
    switch (row) {
      case CanonicalRow.Conversation conversation -> of(conversation.messages(), notices);
      case CanonicalRow.Pair pair -> {
        if (pair.completion().isBlank()) {
          notices.add(EMPTY_ANSWER);
        }
        if (pair.prompt().isBlank()) {
          notices.add(EMPTY_PROMPT);
        }
      }
      case CanonicalRow.Text text -> {
        if (text.text().isBlank()) {
          notices.add(EMPTY_TEXT);
        }
      }
    }
    return notices;
  }

  private static void of(List<CanonicalRow.Message> messages, Set<Notice> notices) {
    for (int i = 0; i < messages.size(); i++) {
      CanonicalRow.Message message = messages.get(i);
      if (message.isAnswer() && message.content().isBlank() && !message.callsTools()) {
        notices.add(EMPTY_ANSWER);
      }
      if (message.role().equals("system") && i > 0) {
        notices.add(LATE_SYSTEM);
      }
      // Tools answer one after another when several were called at once.
      boolean same = i > 0 && messages.get(i - 1).role().equals(message.role());
      if (same && !message.role().equals("tool")) {
        notices.add(SAME_ROLE_TWICE);
      }
    }
    if (!messages.getLast().isAnswer()) {
      notices.add(NO_LAST_ANSWER);
    }
  }
}
