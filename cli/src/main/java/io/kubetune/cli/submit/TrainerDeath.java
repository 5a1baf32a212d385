package io.kubetune.cli.submit;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why a trainer ended without a result, from its exit status and the last words it wrote.
///
/// ```
/// TrainerDeath.of(run, 137).message()   // the trainer was killed by signal 9 (SIGKILL)
/// ```
final class TrainerDeath {
  private static final int LAST_BYTES = 64 * 1024;
  private static final int LAST_LINES = 5;
  private static final int SIGKILL = 9;

  /// A row as the trainer names it: of its own, canonical file.
  private static final Pattern CANONICAL_ROW =
      Pattern.compile("(?:.*/)?" + Pattern.quote(DataManifest.TRAIN) + ":(?<row>[0-9]{1,18})");

  private TrainerDeath() {}

  static Outcome of(RunFolder run, int status) {
    int signal = Signals.in(status);
    if (signal != 0) {
      return killed(run, status, signal);
    }
    if (status == ExitCode.OK.code()) {
      return outcome(
          ExitCode.FAILED,
          status,
          "the trainer ended without " + run.sentinelFile().getFileName(),
          "see " + run.logFile());
    }
    List<String> log = lastLines(run);
    return log.reversed().stream()
        .flatMap(line -> EventLine.read(line).stream())
        .map(TimedEvent::event)
        .filter(Event.Failed.class::isInstance)
        .map(Event.Failed.class::cast)
        .findFirst()
        .map(failed -> explained(run, status, failed))
        .orElseGet(
            () -> outcome(ExitCode.of(status), status, said(status, log), "see " + run.logFile()));
  }

  private static Outcome killed(RunFolder run, int status, int signal) {
    String message =
        "the trainer was killed by signal " + signal + " (" + Signals.name(signal) + ")";
    String remedy =
        signal == SIGKILL
            ? "if nobody sent it, the system was out of memory: the kernel's log tells; "
                + resume(run)
            : "see " + run.logFile() + "; " + resume(run);
    return outcome(ExitCode.KILLED, status, message, remedy);
  }

  private static String resume(RunFolder run) {
    return "go on from the last checkpoint:\n  kubectl tune resume " + run.name();
  }

  /// In the trainer's own words, with the place in the user's file instead of ours.
  private static Outcome explained(RunFolder run, int status, Event.Failed failed) {
    String place = failed.place().map(each -> usersPlace(run, each) + ": ").orElse("");
    return outcome(ExitCode.of(status), status, place + failed.message(), failed.remedy());
  }

  private static String usersPlace(RunFolder run, String place) {
    Matcher row = CANONICAL_ROW.matcher(place);
    if (!row.matches()) {
      return place;
    }
    try {
      return DataManifest.read(run.dataFolder())
          .userPlace(Long.parseLong(row.group("row")))
          .orElse(place);
    } catch (TuneException e) {
      // The failure to tell is the trainer's; its own place is better than none.
      return place;
    }
  }

  private static String said(int status, List<String> log) {
    ExitCode code = ExitCode.of(status);
    String meaning =
        code == ExitCode.FAILED
            ? "the trainer failed with exit status " + status
            : "the trainer ended: " + code.meaning();
    List<String> last = log.subList(Math.max(0, log.size() - LAST_LINES), log.size());
    return last.isEmpty() ? meaning : meaning + "\n" + String.join("\n", last);
  }

  private static List<String> lastLines(RunFolder run) {
    try (RandomAccessFile file = new RandomAccessFile(run.logFile().toFile(), "r")) {
      long from = Math.max(0, file.length() - LAST_BYTES);
      file.seek(from);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Outcome outcome(ExitCode code, int status, String message, String remedy) {
    return new Outcome(
        Instant.now(), code, OptionalInt.of(status), message, remedy, Optional.empty());
  }
}
