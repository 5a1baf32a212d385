package io.kubetune.trainer;

import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TerminationLog;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.command.Arguments;
import io.kubetune.trainer.command.BenchGemm;
import io.kubetune.trainer.command.Failure;
import io.kubetune.trainer.command.Generate;
import io.kubetune.trainer.command.Shutdown;
import io.kubetune.trainer.command.Train;
import io.kubetune.trainer.command.Version;
import io.kubetune.trainer.data.Inspect;
import io.kubetune.trainer.golden.GoldenCheck;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.write.EventWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/// The trainer: `train | inspect | generate | golden | bench-gemm | version`.
///
/// Data goes to stdout (events of `train`, JSON of the others; an answer at a terminal as plain
/// text), talk to stderr. The exit status is an [ExitCode].
///
/// ```
/// java -cp … io.kubetune.trainer.Main train --config training_config.yaml
/// ```
///
/// @param atTerminal whether a person reads `out` as it is written
public record Main(
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Shutdown shutdown,
    BooleanSupplier atTerminal) {

  public static void main(String[] words) {
    // JavaCPP would take the JVM's heap limit for that of native memory too.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    Shutdown shutdown = new Shutdown().install();
    Main main =
        new Main(
            utf8(FileDescriptor.out),
            utf8(FileDescriptor.err),
            System.getenv(),
            shutdown,
            () -> System.console() != null && System.console().isTerminal());
    System.exit(shutdown.ended(main.run(words)));
  }

  /// Events are UTF-8, whatever the locale of a container.
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /// @return the exit status
  public int run(String... words) {
    try {
      Arguments arguments = Arguments.parse(words);
      return switch (arguments.verb()) {
        case TRAIN -> train(arguments);
        case INSPECT ->
            report(arguments, () -> Inspect.run(arguments.rest().toArray(String[]::new), out));
        case GOLDEN -> golden(arguments);
        case GENERATE -> report(arguments, () -> answer(new Generate(arguments)));
        case BENCH_GEMM -> report(arguments, () -> out.println(new BenchGemm(arguments).floor()));
        case VERSION -> report(arguments, () -> out.println(Version.current()));
        case HELP -> report(arguments, () -> out.print(Arguments.USAGE));
      };
    } catch (TuneException e) { // the command line itself
      Failure.of(e).print(err, false);
      err.print(Arguments.USAGE);
      err.flush();
      return e.exitCode().code();
    }
  }

  /// A failure is the last event, on stdout and in the run's own file where there is one.
  private int train(Arguments arguments) {
    try (EventWriter events = new EventWriter(out)) {
      shutdown.tellBy(reason -> tell(Failure.of(reason), events, arguments));
      try {
        if (arguments.profile()) {
          Profile.begin();
        }
        new Train(environment, events, shutdown).run(arguments);
        if (arguments.profile()) {
          err.print(Profile.table());
          err.flush();
        }
        return ExitCode.OK.code();
      } catch (RuntimeException | Error e) {
        Failure failure = why(Failure.of(e));
        tell(failure, events, arguments);
        return failure.exitCode().code();
      }
    }
  }

  /// For people, for programs, and for the pod's status.
  private void tell(Failure failure, EventWriter events, Arguments arguments) {
    failure.print(err, arguments.debug());
    emitLast(failure, events);
    TerminationLog.of(environment)
        .ifPresent(log -> log.write(EventLine.write(TimedEvent.now(failure.event()))));
  }

  /// A loop that was asked to stop says no more than that; who asked knows why.
  private Failure why(Failure failure) {
    return failure.exitCode() == ExitCode.RESUME_ME
        ? shutdown.abandoned().map(Failure::of).orElse(failure)
        : failure;
  }

  private void emitLast(Failure failure, EventWriter events) {
    try {
      events.emit(failure.event());
    } catch (TuneException e) {
      // The disk is full, perhaps: stdout has the event, and the first failure is the one to tell.
      Failure.of(e).print(err, false);
    }
  }

  private int golden(Arguments arguments) {
    try {
      return GoldenCheck.run(arguments.rest().toArray(String[]::new), out);
    } finally {
      out.flush();
    }
  }

  private void answer(Generate question) {
    ObjectNode answer = question.answer();
    out.println(atTerminal.getAsBoolean() ? Generate.text(answer) : answer);
  }

  private int report(Arguments arguments, Runnable writing) {
    try {
      writing.run();
      return ExitCode.OK.code();
    } catch (RuntimeException | Error e) {
      Failure failure = Failure.of(e);
      failure.print(err, arguments.debug());
      return failure.exitCode().code();
    } finally {
      out.flush();
    }
  }
}
