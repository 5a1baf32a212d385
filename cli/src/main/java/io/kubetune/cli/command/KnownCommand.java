package io.kubetune.cli.command;

import java.util.List;
import java.util.Optional;

/// A command as completion sees it: texts and lists alone, so that the native binary holds all of
/// them from its build.
///
/// ```
/// KnownCommands.ROOT.command("logs").flatMap(logs -> logs.option("--follow"))
/// ```
///
/// @param summary its header's one line
/// @param hidden that people do not type it
record KnownCommand(
    String name,
    String summary,
    boolean hidden,
    List<KnownOption> options,
    List<KnownArgument> arguments,
    List<KnownCommand> commands) {

  /// One option of a command.
  ///
  /// @param takesWord that the next word is its value, where none stands behind `=`
  /// @param repeats that it may be typed again
  record KnownOption(
      List<String> names,
      String longestName,
      String description,
      boolean hidden,
      boolean takesWord,
      boolean repeats,
      KnownValue value) {}

  /// One argument, or several of a kind.
  ///
  /// @param first which argument of the command, from 0 on
  /// @param last the same of its kind's last one
  record KnownArgument(int first, int last, KnownValue value) {}

  /// What an option's or an argument's value may be.
  ///
  /// @param name the option's longest, or that of the argument's command
  /// @param label how help calls it
  /// @param choices empty where it is none of a closed set
  record KnownValue(String name, String label, List<String> choices) {}

  Optional<KnownOption> option(String typed) {
    return options.stream().filter(each -> each.names().contains(typed)).findFirst();
  }

  Optional<KnownCommand> command(String typed) {
    return commands.stream().filter(each -> each.name().equals(typed)).findFirst();
  }

  /// @param place of the argument, from 0 on
  Optional<KnownArgument> argument(int place) {
    return arguments.stream()
        .filter(each -> each.first() <= place && place <= each.last())
        .findFirst();
  }
}
