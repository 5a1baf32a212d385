package io.kubetune.cli.command;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// A command of `kubectl tune`, and how to make it.
///
/// To make all of them takes longer than most of them run (25 MB of picocli's objects), so one
/// invocation makes the one that was typed, and for its help no more than their names.
///
/// ```
/// Subcommand.typedIn(arguments).ifPresent(each -> line.addSubcommand(each.make(surroundings)));
/// ```
record Subcommand(
    Group group, Class<?> type, Function<Surroundings, Object> maker, List<String> related) {

  /// Where the help of all lists it.
  enum Group {
    START("Start a run"),
    FOLLOW("Follow it"),
    END("Its adapter and its end"),
    DATA("Models and data"),
    KNOW("What there is to know"),
    INSIDE("");

    private final String heading;

    Group(String heading) {
      this.heading = heading;
    }

    String heading() {
      return heading;
    }
  }

  /// In the order of the help.
  static final List<Subcommand> ALL =
      List.of(
          new Subcommand(
              Group.START, Create.class, Create::commandLine, List.of("plan", "logs", "status")),
          new Subcommand(Group.START, Plan.class, Plan::commandLine, List.of("create", "models")),
          new Subcommand(Group.START, Init.class, Init::new, List.of("create", "explain")),
          new Subcommand(Group.FOLLOW, Logs.class, Logs::new, List.of("status", "wait")),
          new Subcommand(Group.FOLLOW, Status.class, Status::new, List.of("logs", "list")),
          new Subcommand(Group.FOLLOW, ListRuns.class, ListRuns::new, List.of("status", "delete")),
          new Subcommand(Group.FOLLOW, Wait.class, Wait::new, List.of("logs", "pull-adapter")),
          new Subcommand(
              Group.END, PullAdapter.class, PullAdapter::new, List.of("status", "serve")),
          new Subcommand(Group.END, Serve.class, Serve::new, List.of("pull-adapter")),
          new Subcommand(Group.END, Cancel.class, Cancel::new, List.of("resume", "delete")),
          new Subcommand(Group.END, Resume.class, Resume::new, List.of("cancel", "logs")),
          new Subcommand(Group.END, RetryRun.class, RetryRun::new, List.of("status", "logs")),
          new Subcommand(Group.END, Delete.class, Delete::new, List.of("list", "cancel")),
          new Subcommand(Group.DATA, Data.class, Data::commandLine, List.of("create")),
          new Subcommand(Group.DATA, Download.class, Download::new, List.of("data", "models")),
          new Subcommand(Group.DATA, Models.class, Models::new, List.of("plan", "create")),
          new Subcommand(Group.KNOW, Doctor.class, Doctor::new, List.of("plan", "create")),
          new Subcommand(Group.KNOW, Config.class, Config::commandLine, List.of("create", "plan")),
          new Subcommand(Group.KNOW, Explain.class, Explain::new, List.of("init", "create")),
          new Subcommand(Group.KNOW, Version.class, Version::new, List.of("doctor")),
          new Subcommand(Group.INSIDE, Pod.class, Pod::commandLine, List.of()),
          new Subcommand(Group.INSIDE, Supervise.class, Supervise::new, List.of()));

  /// What most people need most of the time.
  private static final List<String> FIRST =
      List.of("create", "logs", "status", "list", "pull-adapter");

  static List<Subcommand> first() {
    return ALL.stream().filter(each -> FIRST.contains(each.name())).toList();
  }

  /// The first argument that is a command's name: what stands before it are options.
  static Optional<Subcommand> typedIn(String... arguments) {
    return Arrays.stream(arguments)
        .flatMap(typed -> ALL.stream().filter(each -> each.name().equals(typed)))
        .findFirst();
  }

  String name() {
    return command().name();
  }

  /// Whether people do not type it.
  boolean isHidden() {
    return command().hidden();
  }

  /// Its header's one line.
  String summary() {
    return String.join(" ", command().header());
  }

  CommandLine make(Surroundings surroundings) {
    Object made = maker.apply(surroundings);
    return made instanceof CommandLine line ? line : new CommandLine(made);
  }

  /// Its line in the help of all, and nothing that could be executed.
  CommandSpec line() {
    CommandSpec spec = CommandSpec.create().name(name());
    spec.usageMessage().header(command().header()).hidden(isHidden());
    return spec;
  }

  private Command command() {
    return type.getAnnotation(Command.class);
  }
}
