package io.kubetune.cli.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What a page about a command says, whatever it is written in: its parts from picocli's model.
///
/// ```
/// new ReferencePage(spec).markdown()
/// ```
record ReferencePage(CommandSpec spec) {

  /// @param options with their names and labels, and what each is for
  private record Group(String heading, List<ArgSpec> options) {}

  /// `kubectl-tune-data-check`: the name of its file.
  String fileName() {
    return spec.qualifiedName("-").replace(' ', '-');
  }

  List<ReferencePage> withSubcommands() {
    List<ReferencePage> pages = new ArrayList<>(List.of(this));
    for (CommandLine each : spec.subcommands().values()) {
      if (!each.getCommandSpec().usageMessage().hidden()) {
        pages.addAll(new ReferencePage(each.getCommandSpec()).withSubcommands());
      }
    }
    return pages;
  }

  private String header() {
    return String.join(" ", spec.usageMessage().header());
  }

  private String description() {
    return Arrays.stream(spec.usageMessage().description())
        .map(line -> line.replace("%n", "\n").replace("%%", "%"))
        .collect(Collectors.joining("\n"))
        .strip();
  }

  private String synopsis() {
    String arguments =
        spec.positionalParameters().stream()
            .map(PositionalParamSpec::paramLabel)
            .collect(Collectors.joining(" "));
    return spec.qualifiedName()
        + (spec.subcommands().isEmpty() ? "" : " COMMAND")
        + (spec.options().isEmpty() ? "" : " [OPTIONS]")
        + (arguments.isEmpty() ? "" : " " + arguments);
  }

  private List<String> examples() {
    return Arrays.stream(spec.usageMessage().footer())
        .map(line -> line.replace("%%", "%").replaceFirst("^ {2}", ""))
        .toList();
  }

  private List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    List<ArgSpec> grouped = new ArrayList<>();
    for (ArgGroupSpec group : spec.argGroups()) {
      List<ArgSpec> options = new ArrayList<>(group.allOptionsNested());
      grouped.addAll(options);
      groups.add(
          new Group(
              String.valueOf(group.heading()).replace("%n", "").replace(":", "").strip(), options));
    }
    List<ArgSpec> others =
        spec.options().stream()
            .filter(each -> !each.hidden() && !grouped.contains(each))
            .map(ArgSpec.class::cast)
            .toList();
    if (!others.isEmpty()) {
      groups.addFirst(new Group("Options", others));
    }
    return groups;
  }

  private static String names(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return argument.paramLabel();
    }
    String names = String.join(", ", option.names());
    return switch (option.arity().max()) {
      case 0 -> names;
      default ->
          option.arity().min() == 0
              ? names + "[=" + option.paramLabel() + "]"
              : names + "=" + option.paramLabel();
    };
  }

  private static String help(ArgSpec argument) {
    String candidates =
        argument.completionCandidates() == null
            ? ""
            : String.join(", ", argument.completionCandidates());
    return Arrays.stream(argument.description())
        .map(line ->
            line.replace("${COMPLETION-CANDIDATES}", candidates)
                .replace("%n", " ")
                .replace("%%", "%"))
        .collect(Collectors.joining(" "));
  }

  String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# ").append(spec.qualifiedName()).append("\n\n").append(header()).append("\n");
    if (!description().isEmpty()) {
      page.append("\n").append(description()).append("\n");
    }
    page.append("\n```\n").append(synopsis()).append("\n```\n");
    if (!examples().isEmpty()) {
      page.append("\n## Examples\n\n```\n").append(String.join("\n", examples())).append("\n```\n");
    }
    if (!spec.subcommands().isEmpty()) {
      page.append("\n## Commands\n\n| command | what it does |\n|---|---|\n");
      spec.subcommands()
          .forEach((name, line) -> {
            if (!line.getCommandSpec().usageMessage().hidden()) {
              ReferencePage sub = new ReferencePage(line.getCommandSpec());
              page.append("| [`%s`](%s.md) | %s |\n".formatted(name, sub.fileName(), sub.header()));
            }
          });
    }
    if (!spec.positionalParameters().isEmpty()) {
      page.append("\n## Arguments\n\n| argument | what it is |\n|---|---|\n");
      spec.positionalParameters()
          .forEach(each ->
              page.append("| `%s` | %s |\n".formatted(cell(names(each)), cell(help(each)))));
    }
    for (Group group : groups()) {
      page.append("\n## ")
          .append(group.heading())
          .append("\n\n| option | what it does |\n|---|---|\n");
      group
          .options()
          .forEach(each ->
              page.append("| `%s` | %s |\n".formatted(cell(names(each)), cell(help(each)))));
    }
    return page.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }

  /// In roff's man macros.
  String man(String version) {
    StringBuilder page = new StringBuilder();
    page.append(".TH \"%s\" 1 \"\" \"kubectl tune %s\"\n".formatted(fileName(), version));
    page.append(".SH NAME\n").append(roff(fileName() + " - " + header())).append("\n");
    page.append(".SH SYNOPSIS\n").append(roff(synopsis())).append("\n");
    if (!description().isEmpty()) {
      page.append(".SH DESCRIPTION\n").append(roff(description())).append("\n");
    }
    if (!examples().isEmpty()) {
      page.append(".SH EXAMPLES\n.nf\n")
          .append(roff(String.join("\n", examples())))
          .append("\n.fi\n");
    }
    if (!spec.positionalParameters().isEmpty()) {
      page.append(".SH ARGUMENTS\n");
      spec.positionalParameters().forEach(each -> entry(page, each));
    }
    for (Group group : groups()) {
      page.append(".SH ")
          .append(roff(group.heading().toUpperCase(java.util.Locale.ROOT)))
          .append("\n");
      group.options().forEach(each -> entry(page, each));
    }
    if (!spec.subcommands().isEmpty()) {
      page.append(".SH COMMANDS\n");
      spec.subcommands()
          .forEach((name, line) -> {
            if (!line.getCommandSpec().usageMessage().hidden()) {
              ReferencePage sub = new ReferencePage(line.getCommandSpec());
              page.append(".TP\n\\fB")
                  .append(roff(name))
                  .append("\\fR\n")
                  .append(roff(sub.header()))
                  .append("\n");
            }
          });
    }
    page.append(".SH EXIT STATUS\n0 is success; the README has the table of all others.\n");
    if (spec.parent() != null) {
      page.append(".SH SEE ALSO\n")
          .append(roff(new ReferencePage(spec.parent()).fileName()))
          .append("(1)\n");
    }
    return page.toString();
  }

  private static void entry(StringBuilder page, ArgSpec argument) {
    page.append(".TP\n\\fB")
        .append(roff(names(argument)))
        .append("\\fR\n")
        .append(roff(help(argument)))
        .append("\n");
  }

  private static String roff(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .lines()
        .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
        .collect(Collectors.joining("\n"));
  }
}
