package io.kubetune.cli.command;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/// How help is laid out: what it is for, examples, arguments, options; commands in groups by what
/// people want, related ones last.
///
/// ```
/// HelpText.layOut(line);
/// ```
final class HelpText {
  private static final String RELATED = "related";
  private static final int INDENT = 2;
  private static final int GAP = 3;

  private HelpText() {}

  /// Bold for what is typed; picocli's own yellow can't be read on a light screen.
  static CommandLine.Help.ColorScheme colours(boolean shown) {
    CommandLine.Help.Ansi ansi = shown ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
    return new CommandLine.Help.ColorScheme.Builder(ansi)
        .commands(CommandLine.Help.Ansi.Style.bold)
        .options(CommandLine.Help.Ansi.Style.bold)
        .parameters(CommandLine.Help.Ansi.Style.bold)
        .build();
  }

  /// The root and all below it.
  static void layOut(CommandLine root) {
    root.setHelpFactory(HelpOfWords::new);
    examplesFirst(root);
    root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, _ -> groups());
    root.getCommandSpec().usageMessage().commandListHeading("");
    for (Subcommand each : Subcommand.ALL) {
      CommandLine line = root.getSubcommands().get(each.name());
      if (line != null && !each.related().isEmpty()) {
        UsageMessageSpec usage = line.getCommandSpec().usageMessage();
        usage.sectionKeys(Stream.concat(usage.sectionKeys().stream(), Stream.of(RELATED)).toList());
        line.getHelpSectionMap().put(RELATED, _ -> related(each));
      }
    }
  }

  // Each command keeps its examples in picocli's footer; people read those before any option.
  private static void examplesFirst(CommandLine line) {
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.footerHeading("%nExamples:%n");
    usage.synopsisHeading("%nUsage:%n  ");
    usage.parameterListHeading("%nArguments:%n");
    usage.optionListHeading("%nOptions:%n");
    usage.commandListHeading("%nCommands:%n");
    usage.sortOptions(false);
    usage.abbreviateSynopsis(true);
    List<String> first =
        List.of(
            UsageMessageSpec.SECTION_KEY_HEADER,
            UsageMessageSpec.SECTION_KEY_DESCRIPTION,
            UsageMessageSpec.SECTION_KEY_FOOTER_HEADING,
            UsageMessageSpec.SECTION_KEY_FOOTER);
    usage.sectionKeys(
        Stream.concat(
                first.stream(), usage.sectionKeys().stream().filter(key -> !first.contains(key)))
            .toList());
    line.getSubcommands().values().forEach(HelpText::examplesFirst);
  }

  private static String groups() {
    return Arrays.stream(Subcommand.Group.values())
        .filter(group -> group != Subcommand.Group.INSIDE)
        .map(group ->
            "%n%s:%n".formatted(group.heading())
                + list(Subcommand.ALL.stream().filter(each -> each.group() == group).toList()))
        .collect(Collectors.joining());
  }

  /// A line for each, what they do in one column.
  static String list(List<Subcommand> commands) {
    int width =
        Subcommand.ALL.stream()
            .filter(each -> !each.isHidden())
            .mapToInt(each -> each.name().length())
            .max()
            .orElse(0);
    return commands.stream()
        .map(each ->
            " ".repeat(INDENT)
                + each.name()
                + " ".repeat(width - each.name().length() + GAP)
                + each.summary()
                + "\n")
        .collect(Collectors.joining());
  }

  private static String related(Subcommand command) {
    return "%nRelated: %s%n"
        .formatted(
            command.related().stream()
                .map(each -> KubectlTune.NAME + " " + each)
                .collect(Collectors.joining(", ")));
  }

  /// What `kubectl tune` alone says.
  static String welcome() {
    return """
    Fine-tune language models from a terminal: on this machine or on Kubernetes.

    The commands that matter:
    %s
    To begin with:
      kubectl tune create first --runtime local --model ./model --data rows.jsonl
      kubectl tune create bot --model smollm2-135m-instruct --data rows.jsonl \\
          --registry registry.example.com/ml

    All commands: kubectl tune --help
    """
        .formatted(list(Subcommand.first()));
  }
}
