package io.kubetune.cli.command;

import io.kubetune.cli.command.Completion.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Completes the last of some words by the commands that there are.
///
/// ```
/// Completion completion = new Completer(root, values).complete(List.of("logs", "--fo"));
/// ```
final class Completer {
  private static final String END_OF_OPTIONS = "--";

  private final CompletedValues values;
  private CommandSpec at;
  private final Set<OptionSpec> used = new HashSet<>();
  private Optional<OptionSpec> open = Optional.empty();
  private boolean onlyPositional;
  private int positional;

  Completer(CommandSpec root, CompletedValues values) {
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
      return value(open.get(), last, "");
    }
    if (!onlyPositional && last.startsWith("-")) {
      int equals = last.indexOf('=');
      return equals < 0
          ? options(last)
          : option(last.substring(0, equals))
              .map(option ->
                  value(option, last.substring(equals + 1), last.substring(0, equals + 1)))
              .orElse(Completion.NONE);
    }
    if (positional == 0 && !at.subcommands().isEmpty()) {
      return commands().beginning(last, "");
    }
    return at.positionalParameters().stream()
        .filter(each -> each.index().contains(positional))
        .findFirst()
        .map(each -> value(each, last, ""))
        .orElse(Completion.NONE);
  }

  private void pass(String word) {
    if (open.isPresent()) {
      open = Optional.empty();
    } else if (!onlyPositional && word.equals(END_OF_OPTIONS)) {
      onlyPositional = true;
    } else if (!onlyPositional && word.startsWith("-") && word.length() > 1) {
      int equals = word.indexOf('=');
      Optional<OptionSpec> option = option(equals < 0 ? word : word.substring(0, equals));
      option.ifPresent(used::add);
      open = option.filter(each -> equals < 0 && each.arity().min() > 0);
    } else if (positional == 0 && at.subcommands().containsKey(word)) {
      at = at.subcommands().get(word).getCommandSpec();
    } else {
      positional++;
    }
  }

  private Optional<OptionSpec> option(String name) {
    return Optional.ofNullable(at.findOption(name));
  }

  private Completion commands() {
    return Completion.of(
        at.subcommands().entrySet().stream()
            .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
            .map(each ->
                new Candidate(
                    each.getKey(),
                    String.join(" ", each.getValue().getCommandSpec().usageMessage().header())))
            .toList());
  }

  private Completion options(String typed) {
    List<Candidate> candidates = new ArrayList<>();
    for (OptionSpec option : at.options()) {
      if (option.hidden() || used.contains(option) && !option.isMultiValue()) {
        continue;
      }
      String description = description(option);
      // One name of each: the long one, where a short one is not what was typed.
      Arrays.stream(option.names())
          .filter(name -> name.equals(typed) || name.equals(option.longestName()))
          .forEach(name -> candidates.add(new Candidate(name, description)));
    }
    return Completion.of(candidates).beginning(typed, "");
  }

  private static String description(ArgSpec option) {
    return option.description().length == 0 ? "" : option.description()[0].replace("%%", "%");
  }

  private Completion value(ArgSpec option, String typed, String before) {
    return values.of(at, option, typed).beginning(typed, before);
  }
}
