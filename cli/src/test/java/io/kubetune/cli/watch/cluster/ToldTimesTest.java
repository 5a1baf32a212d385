package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ToldTimesTest {
  private static final Instant START = Instant.parse("2026-11-25T10:00:00Z");

  private final ToldTimes told = new ToldTimes();

  private static Instant micros(long micros) {
    return START.plusNanos(1_000 * micros);
  }

  /// What is told of a log that is read again.
  private List<Instant> toldOf(List<Instant> log) {
    Instant from = told.resumeAt().orElse(Instant.EPOCH);
    ToldTimes.Again again = told.again();
    return log.stream().filter(t -> !t.isBefore(from)).filter(t -> !again.isTold(t)).toList();
  }

  @Test
  void aLogIsReadFromItsStartWhereNothingWasTold() {
    assertThat(told.resumeAt()).isEmpty();
    assertThat(toldOf(List.of(micros(1)))).containsExactly(micros(1));
  }

  @Test
  void linesOfTheSameNanosecondAreCounted() {
    told.add(micros(5));
    told.add(micros(5));
    assertThat(toldOf(List.of(micros(5), micros(5), micros(5)))).containsExactly(micros(5));
  }

  @Test
  void aLineThatStandsBehindALaterOneIsNeitherLostNorDoubled() {
    // stdout and stderr: the later line reached the log first.
    List<Instant> log = List.of(micros(1), micros(9), micros(8), micros(10));
    told.add(log.get(0));
    told.add(log.get(1));
    assertThat(toldOf(log)).containsExactly(micros(8), micros(10));
    told.add(micros(8));
    assertThat(toldOf(log)).containsExactly(micros(10));
  }

  @Test
  void linesThatWereRotatedAwayHideNoNewOnes() {
    IntStream.range(0, 100).forEach(i -> told.add(micros(i)));
    assertThat(toldOf(List.of(micros(100), micros(101)))).containsExactly(micros(100), micros(101));
  }

  @Test
  void aMillionLinesOfOneSecondAreRemembered() {
    List<Instant> log = new ArrayList<>();
    IntStream.range(0, 900_000).forEach(i -> log.add(micros(i)));
    log.forEach(told::add);
    log.add(micros(900_000));
    assertThat(toldOf(log)).containsExactly(micros(900_000));
  }
}
