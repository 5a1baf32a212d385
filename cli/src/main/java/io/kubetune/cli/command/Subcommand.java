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
record Subcommand(Class<?> type, Function<Surroundings, Object> maker) {
  /// In the order of the help.
  static final List<Subcommand> ALL =
      List.of(
          new Subcommand(Create.class, Create::commandLine),
          new Subcommand(Plan.class, Plan::commandLine),
          new Subcommand(Logs.class, Logs::new),
          new Subcommand(Status.class, Status::new),
          new Subcommand(ListRuns.class, ListRuns::new),
          new Subcommand(PullAdapter.class, PullAdapter::new),
          new Subcommand(Data.class, Data::commandLine),
          new Subcommand(Download.class, Download::new),
          new Subcommand(Pod.class, Pod::commandLine),
          new Subcommand(Wait.class, Wait::new),
          new Subcommand(Cancel.class, Cancel::new),
          new Subcommand(Resume.class, Resume::new),
          new Subcommand(RetryRun.class, RetryRun::new),
          new Subcommand(Delete.class, Delete::new),
          new Subcommand(Serve.class, Serve::new),
          new Subcommand(Doctor.class, Doctor::new),
          new Subcommand(Init.class, Init::new),
          new Subcommand(Explain.class, Explain::new),
          new Subcommand(Models.class, Models::new),
          new Subcommand(Version.class, Version::new),
          new Subcommand(Supervise.class, Supervise::new));

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
