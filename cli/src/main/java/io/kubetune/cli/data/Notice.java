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
      case CanonicalRow.Conversation conversation -> notices.addAll(of(conversation.messages()));
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

  /// What is to be said of who speaks, where no answer is empty.
  ///
  /// @param roles of a conversation's messages; none where the row is no conversation
  static Set<Notice> ofRoles(List<String> roles) {
    // Of most rows there is nothing to say: no set is made for them.
    Set<Notice> notices = Set.of();
    for (int i = 1; i < roles.size(); i++) {
      String role = roles.get(i);
      if (role.equals("system")) {
        notices = with(LATE_SYSTEM, notices);
      }
      // Tools answer one after another when several were called at once.
      if (role.equals(roles.get(i - 1)) && !role.equals("tool")) {
        notices = with(SAME_ROLE_TWICE, notices);
      }
    }
    if (!roles.isEmpty() && !roles.getLast().equals("assistant")) {
      notices = with(NO_LAST_ANSWER, notices);
    }
    return notices;
  }

  private static Set<Notice> with(Notice one, Set<Notice> others) {
    Set<Notice> all = EnumSet.of(one);
    all.addAll(others);
    return all;
  }

  private static Set<Notice> of(List<CanonicalRow.Message> messages) {
    Set<Notice> notices = ofRoles(messages.stream().map(CanonicalRow.Message::role).toList());
    for (CanonicalRow.Message message : messages) {
      if (message.isAnswer() && message.content().isBlank() && !message.callsTools()) {
        notices = with(EMPTY_ANSWER, notices);
      }
    }
    return notices;
  }
}
