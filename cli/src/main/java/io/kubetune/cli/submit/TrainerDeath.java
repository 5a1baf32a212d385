package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Why a trainer ended without a result, from its exit status and the last words it wrote.
///
/// ```
/// TrainerDeath.of(run, 137).message()   // the trainer was killed by signal 9 (SIGKILL)
/// ```
final class TrainerDeath {
  private static final int LAST_BYTES = 64 * 1024;
  private static final int LAST_LINES = 5;

  private TrainerDeath() {}

  static Outcome of(RunFolder run, int status) {
    int signal = Signals.in(status);
    if (signal != 0) {
      return killed(run, status, signal);
    }
    List<String> log = lastLines(run);
    if (status == ExitCode.OK.code()) {
      return outcome(
          ExitCode.FAILED,
          status,
          "the trainer ended without " + run.sentinelFile().getFileName(),
          "see " + run.logFile());
    }
    ExitCode code = ExitCode.of(status);
    return outcome(code, status, said(code, status, log), "see " + run.logFile());
  }

  private static Outcome killed(RunFolder run, int status, int signal) {
    String message =
        "the trainer was killed by signal " + signal + " (" + Signals.name(signal) + ")";
    String remedy =
        signal == 9
            ? "if nobody sent it, the system was out of memory: the kernel's log tells"
            : "see " + run.logFile();
    return outcome(ExitCode.KILLED, status, message, remedy);
  }

  private static String said(ExitCode code, int status, List<String> log) {
    String meaning =
        code == ExitCode.FAILED
            ? "the trainer failed with exit status " + status
            : "the trainer ended: " + code.meaning();
    List<String> talk = log.stream().filter(line -> !line.startsWith("{\"event\"")).toList();
    List<String> last = talk.subList(Math.max(0, talk.size() - LAST_LINES), talk.size());
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
