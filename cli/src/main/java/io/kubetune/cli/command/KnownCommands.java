package io.kubetune.cli.command;

import io.kubetune.cli.command.KnownCommand.KnownArgument;
import io.kubetune.cli.command.KnownCommand.KnownOption;
import io.kubetune.cli.command.KnownCommand.KnownValue;
import io.kubetune.cli.terminal.Terminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The commands that there are, read from picocli's own description of them.
///
/// This class is initialized while the native binary is built (see `native` in the POM): picocli
/// reads annotations by reflection, which for a command of a hundred options takes longer than all
/// else that a completion does. On a JVM it is initialized when the first completion is asked for.
///
/// ```
/// new Completer(KnownCommands.ROOT, values)
/// ```
final class KnownCommands {
  private static final Pattern CHOICES = Pattern.compile("[a-z0-9-]+(\\|[a-z0-9-]+)+");

  static final KnownCommand ROOT = command(everything().getCommandSpec());

  private KnownCommands() {}

  private static CommandLine everything() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return KubectlTune.commandLine(
        Terminal.plain(nowhere, nowhere, InputStream.nullInputStream()), Map.of());
  }

  private static KnownCommand command(CommandSpec spec) {
    return new KnownCommand(
        spec.name(),
        String.join(" ", spec.usageMessage().header()),
        spec.usageMessage().hidden(),
        spec.options().stream().map(KnownCommands::option).toList(),
        spec.positionalParameters().stream().map(each -> argument(spec, each)).toList(),
        spec.subcommands().values().stream().map(each -> command(each.getCommandSpec())).toList());
  }

  private static KnownOption option(OptionSpec option) {
    String[] description = option.description();
    return new KnownOption(
        List.of(option.names()),
        option.longestName(),
        description.length == 0 ? "" : description[0].replace("%%", "%"),
        option.hidden(),
        option.arity().min() > 0,
        option.isMultiValue(),
        value(option.longestName(), option));
  }

  private static KnownArgument argument(CommandSpec command, PositionalParamSpec argument) {
    return new KnownArgument(
        argument.index().min(), argument.index().max(), value(command.name(), argument));
  }

  private static KnownValue value(String name, ArgSpec argument) {
    return new KnownValue(name, argument.paramLabel(), choices(argument));
  }

  private static List<String> choices(ArgSpec argument) {
    if (argument.completionCandidates() != null) {
      return StreamSupport.stream(argument.completionCandidates().spliterator(), false).toList();
    }
    String label = argument.paramLabel();
    return CHOICES.matcher(label).matches() ? List.of(label.split("\\|")) : List.of();
  }
}
