package io.kubetune.cli.command;

import io.kubetune.cli.command.Completion.Candidate;
import io.kubetune.cli.command.KnownCommand.KnownOption;
import io.kubetune.cli.command.KnownCommand.KnownValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Completes the last of some words by the commands that there are.
///
/// ```
/// new Completer(KnownCommands.ROOT, values).complete(List.of("logs", "--fo"))
/// ```
final class Completer {
  private static final String END_OF_OPTIONS = "--";

  private final CompletedValues values;
  private KnownCommand at;
  private final Set<KnownOption> used = new HashSet<>();
  private Optional<KnownOption> open = Optional.empty();
  private boolean onlyPositional;
  private int positional;

  Completer(KnownCommand root, CompletedValues values) {
    this.at = root;
    this.values = values;
  }

  /// @param words as typed after the program's name; the last one, perhaps empty, is unfinished
  Completion complete(List<String> words) {
    if (words.isEmpty()) {
      return complete(List.of(""));
    }
    words.subList(0, words.size() - 1).forEach(this::pass);
    String last = words.getLast();
    if (open.isPresent()) {
      return value(open.get().value(), last, "");
    }
    if (!onlyPositional && last.startsWith("-")) {
      int equals = last.indexOf('=');
      return equals < 0
          ? options(last)
          : at.option(last.substring(0, equals))
              .map(option ->
                  value(option.value(), last.substring(equals + 1), last.substring(0, equals + 1)))
              .orElse(Completion.NONE);
    }
    if (positional == 0 && !at.commands().isEmpty()) {
      return commands().beginning(last, "");
    }
    return at.argument(positional)
        .map(each -> value(each.value(), last, ""))
        .orElse(Completion.NONE);
  }

  private void pass(String word) {
    if (open.isPresent()) {
      open = Optional.empty();
    } else if (!onlyPositional && word.equals(END_OF_OPTIONS)) {
      onlyPositional = true;
    } else if (!onlyPositional && word.startsWith("-") && word.length() > 1) {
      int equals = word.indexOf('=');
      Optional<KnownOption> option = at.option(equals < 0 ? word : word.substring(0, equals));
      option.ifPresent(used::add);
      open = option.filter(each -> equals < 0 && each.takesWord());
    } else if (positional == 0 && at.command(word).isPresent()) {
      at = at.command(word).get();
    } else {
      positional++;
    }
  }

  private Completion commands() {
    return Completion.of(
        at.commands().stream()
            .filter(each -> !each.hidden())
            .map(each -> new Candidate(each.name(), each.summary()))
            .toList());
  }

  private Completion options(String typed) {
    List<Candidate> candidates = new ArrayList<>();
    for (KnownOption option : at.options()) {
      if (option.hidden() || used.contains(option) && !option.repeats()) {
        continue;
      }
      // One name of each: the long one, where a short one is not what was typed.
      option.names().stream()
          .filter(name -> name.equals(typed) || name.equals(option.longestName()))
          .forEach(name -> candidates.add(new Candidate(name, option.description())));
    }
    return Completion.of(candidates).beginning(typed, "");
  }

  private Completion value(KnownValue value, String typed, String before) {
    return values.of(value, typed).beginning(typed, before);
  }
}
