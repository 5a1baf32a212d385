package io.kubetune.cli.watch;

import io.kubetune.cli.terminal.Durations;
import io.kubetune.contract.Event;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Events in words and figures, the same in bars, lines and `status`.
///
/// ```
/// EventText.of(step)   // loss 2.310  1,234 tokens/s
/// ```
public final class EventText {
  private EventText() {}

  public static String of(Event.Started e) {
    return "%s %s + %s %s, %s with %s, %s"
        .formatted(
            count(e.parameters()),
            e.architecture(),
            count(e.trainableParameters()),
            e.method(),
            e.device(),
            e.threads() == 1 ? "1 thread" : e.threads() + " threads",
            e.computeType());
  }

  public static String of(Event.Step e) {
    if (e.skipped()) {
      return "skipped: the loss is not a number";
    }
    // Hugging Face's trainer tells neither of each step.
    String loss = Double.isNaN(e.loss()) ? "" : "loss " + loss(e.loss());
    String pace =
        e.tokensPerSecond() > 0 ? "  %,d tokens/s".formatted(Math.round(e.tokensPerSecond())) : "";
    return (loss + pace).strip();
  }

  public static String of(Event.Checkpointed e) {
    return e.path() + " written";
  }

  public static String of(Event.Evaluated e) {
    return result(e) + ", " + e.when();
  }

  /// The same where it is said already when that was.
  public static String result(Event.Evaluated e) {
    String accuracy =
        Double.isNaN(e.tokenAccuracy())
            ? ""
            : ", accuracy %.1f %%".formatted(100 * e.tokenAccuracy());
    return "loss %s, perplexity %.4g%s".formatted(loss(e.loss()), e.perplexity(), accuracy);
  }

  /// Training as a whole, from its steps.
  public static String training(RunProgress progress) {
    Optional<Event.Step> step = progress.step();
    if (step.isEmpty()) {
      return "no step";
    }
    double[] losses = progress.losses();
    double first = Arrays.stream(losses).filter(Double::isFinite).findFirst().orElse(Double.NaN);
    String loss =
        Double.isNaN(first) ? "" : ", loss " + loss(first) + " to " + loss(step.get().loss());
    double pace = step.get().tokensPerSecond();
    return "%d of %d steps%s%s"
        .formatted(
            step.get().step(),
            step.get().steps(),
            loss,
            pace > 0 ? ", %,d tokens/s".formatted(Math.round(pace)) : "");
  }

  /// What is left of training at the pace of the latest step.
  public static Optional<Duration> left(RunProgress progress) {
    return progress
        .step()
        .filter(e -> e.seconds() > 0)
        .map(e -> Duration.ofMillis(Math.round(1000 * e.seconds() * (e.steps() - e.step()))));
  }

  /// Empty where the pace is not known.
  public static String eta(RunProgress progress) {
    return left(progress).map(left -> "  ETA " + Durations.clock(left)).orElse("");
  }

  /// Four significant digits at a usual size, as many as two runs need to be told apart.
  public static String loss(double loss) {
    return String.format(Locale.ROOT, "%.4f", loss);
  }

  /// A count in thousands, millions or billions.
  public static String count(long number) {
    if (number < 1_000) {
      return Long.toString(number);
    }
    if (number < 1_000_000) {
      return "%.1fk".formatted(number / 1e3);
    }
    return number < 1_000_000_000L
        ? "%.1fM".formatted(number / 1e6)
        : "%.2fB".formatted(number / 1e9);
  }
}
