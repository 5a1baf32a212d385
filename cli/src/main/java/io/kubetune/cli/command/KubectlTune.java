package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Failure;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `kubectl tune` itself: its subcommands, the options that all of them have, and how
/// failures are told.
///
/// ```
/// int status = KubectlTune.commandLine(terminal, environment).execute("status", "first");
/// ```
@Command(
    name = "kubectl tune",
    header = "Fine-tune language models from a terminal: on this machine or on Kubernetes.",
    footer = {
      "  # Tune a model on this machine and watch it",
      "  kubectl tune create first --runtime local --model ./model --data rows.jsonl",
      "",
      "  # See where it stands, and fetch the adapter",
      "  kubectl tune status first",
      "  kubectl tune pull-adapter first --to ./adapter",
    })
public final class KubectlTune implements Callable<Integer> {
  static final String NAME = "kubectl tune";

  private static final String PLAIN = "--plain";
  private static final Pattern VERBOSITY = Pattern.compile("--?v=?([0-9])");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this help")
  private boolean help;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "print the stack trace of a failure")
  private boolean debug;

  @Option(
      names = PLAIN,
      scope = ScopeType.INHERIT,
      description = "lines alone: no bars, colours or drawn characters (KUBETUNE_PLAIN=1)")
  private boolean plain;

  @Option(
      names = {"-v", "--v"},
      paramLabel = "LEVEL",
      scope = ScopeType.INHERIT,
      description =
          "as kubectl has it: 6 shows requests and answers, 7 headers, 8 bodies, 9 whole ones"
              + " and a line for curl")
  private int verbosity;

  private final Surroundings surroundings;

  private KubectlTune(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The whole command line, with all commands.
  public static CommandLine commandLine(Terminal terminal, Map<String, String> environment) {
    Surroundings surroundings = new Surroundings(terminal, environment);
    KubectlTune root = new KubectlTune(surroundings);
    CommandLine line = new CommandLine(root);
    Subcommand.ALL.forEach(each -> line.addSubcommand(each.make(surroundings)));
    return root.ready(line);
  }

  /// The command line for these arguments alone, ready to execute.
  public static CommandLine commandLine(
      Terminal terminal, Map<String, String> environment, String... arguments) {
    boolean plainly =
        List.of(arguments).contains(PLAIN)
            || environment.getOrDefault("KUBETUNE_PLAIN", "").equals("1");
    Terminal shown = (plainly ? terminal.plainly() : terminal).withVerbosity(level(arguments));
    Surroundings surroundings = new Surroundings(shown, environment);
    KubectlTune root = new KubectlTune(surroundings);
    CommandLine line = new CommandLine(root);
    Subcommand.typedIn(arguments)
        .ifPresentOrElse(
            typed -> line.addSubcommand(typed.make(surroundings)),
            () -> Subcommand.ALL.forEach(each -> line.addSubcommand(each.name(), each.line())));
    return root.ready(line);
  }

  /// What stands behind `-v`, before picocli reads it: what talks to others is made before.
  private static int level(String... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      Matcher typed = VERBOSITY.matcher(arguments[i]);
      if (typed.matches()) {
        return Integer.parseInt(typed.group(1));
      }
      boolean isAlone = arguments[i].equals("-v") || arguments[i].equals("--v");
      if (isAlone && i + 1 < arguments.length && arguments[i + 1].matches("[0-9]")) {
        return Integer.parseInt(arguments[i + 1]);
      }
    }
    return 0;
  }

  private CommandLine ready(CommandLine line) {
    Terminal terminal = surroundings.terminal();
    // picocli finds this one by reflection, which a native image does not have.
    line.registerConverter(Path.class, Path::of);
    line.setOut(new PrintWriter(terminal.out(), true));
    line.setErr(new PrintWriter(terminal.err(), true));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(Math.max(terminal.columns(), UsageMessageSpec.DEFAULT_USAGE_WIDTH));
    line.setColorScheme(HelpText.colours(terminal.colours() && terminal.outIsTerminal()));
    HelpText.layOut(line);
    line.setParameterExceptionHandler((failure, arguments) -> misunderstood(failure));
    line.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure));
    return line;
  }

  /// Alone it shows the commands that matter.
  @Override
  public Integer call() {
    surroundings.terminal().out().print(HelpText.welcome());
    return ExitCode.OK.code();
  }

  private int misunderstood(ParameterException failure) {
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    String help = command.qualifiedName() + " --help";
    String remedy =
        failure instanceof UnmatchedArgumentException unmatched
            ? nearest(command, unmatched).map(name -> "did you mean " + name + "?\n  ").orElse("")
                + help
            : help;
    return failed(
        new TuneException(
            ExitCode.USAGE,
            "can't understand this " + NAME + " command",
            command.qualifiedName(),
            failure instanceof UnmatchedArgumentException unmatched
                ? unknown(command, unmatched)
                : failure.getMessage(),
            remedy));
  }

  private static String unknown(CommandSpec command, UnmatchedArgumentException e) {
    String typed = e.getUnmatched().getFirst();
    boolean hasCommands = command.parent() == null || !command.subcommands().isEmpty();
    return typed.startsWith("-")
        ? "no such flag: " + typed.replaceAll("=.*", "")
        : (hasCommands ? "no such command: " : "one word too many: ") + typed;
  }

  private static Optional<String> nearest(CommandSpec command, UnmatchedArgumentException e) {
    String typed = e.getUnmatched().getFirst();
    Stream<String> options =
        command.options().stream().flatMap(option -> Arrays.stream(option.names()));
    Stream<String> commands =
        command.parent() == null
            ? Subcommand.ALL.stream().filter(each -> !each.isHidden()).map(Subcommand::name)
            : command.subcommands().keySet().stream();
    String name = typed.replaceAll("=.*", "");
    return NearestName.among((typed.startsWith("-") ? options : commands).toList(), name);
  }

  private int failed(Exception failure) {
    Terminal terminal = surroundings.terminal();
    TuneException told =
        failure instanceof TuneException tune
            ? tune
            : new TuneException(
                ExitCode.FAILED,
                "something went wrong that should not have",
                "",
                failure.toString(),
                "run it again with --debug and report what it prints",
                failure);
    Failure.print(told, terminal);
    if (debug) {
      failure.printStackTrace(terminal.err());
    }
    return told.exitCode().code();
  }
}
