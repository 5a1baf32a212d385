package io.kubetune.cli.watch.cluster;

import io.kubetune.contract.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Hugging Face's trainer prints, as events: its logs of a step are Python dicts, its progress
/// is tqdm's bar, redrawn behind carriage returns.
///
/// ```
/// {'loss': 2.31, 'grad_norm': 1.2, 'learning_rate': 5e-05, 'epoch': 0.5}
///  45%|████▌     | 27/60 [00:12<00:14,  2.2it/s]
/// ```
///
/// Newer versions quote the numbers (`'loss': '2.31'`). Loading shards, mapping rows and evaluating
/// have bars too: the first two have words before them, and an evaluation's counts to another end.
final class HuggingFaceLines {
  private static final Pattern BAR =
      Pattern.compile("^\\s*\\d+%\\|[^|]*\\| *(\\d+)/(\\d+) \\[([0-9:]+)<");
  private static final Pattern ENTRY = Pattern.compile("'([a-z_/]+)': '?([-+0-9.einfaINF]+)'?");

  private int step;
  private int steps;
  private boolean stepsAreSure;
  private double secondsPerStep;
  private double loss = Double.NaN;

  /// The bar that was drawn last.
  private int at;

  private int of;

  /// The events that a line of the log means; none for talk.
  List<Event> read(String line) {
    List<Event> events = new ArrayList<>();
    for (String part : line.split("\r")) {
      Matcher bar = BAR.matcher(part);
      if (bar.find()) {
        bar(bar);
      }
      int dict = part.indexOf("{'");
      if (dict >= 0 && part.indexOf('}', dict) > 0) {
        log(part.substring(dict), events);
      }
    }
    // A line holds a bar many times: the last one is how far it is.
    if (events.isEmpty() && isTraining() && at > step) {
      moveOn();
      events.add(event(Double.NaN, Double.NaN, Double.NaN));
    }
    return events;
  }

  private void bar(Matcher bar) {
    int newAt = Integer.parseInt(bar.group(1));
    int newOf = Integer.parseInt(bar.group(2));
    boolean isOther = stepsAreSure && newOf != steps;
    if (isOther) {
      return;
    }
    at = newAt;
    of = newOf;
    if (at > 0) {
      secondsPerStep = seconds(bar.group(3)) / at;
    }
  }

  /// Before the first log of a step, the first bar without words that moves is training's.
  private boolean isTraining() {
    return stepsAreSure ? of == steps : of > 1 && (steps == 0 || of == steps);
  }

  private void moveOn() {
    step = at;
    steps = of;
  }

  private static double seconds(String clock) {
    double seconds = 0;
    for (String part : clock.split(":")) {
      seconds = 60 * seconds + Integer.parseInt(part);
    }
    return seconds;
  }

  private void log(String dict, List<Event> events) {
    OptionalDouble newLoss = number(dict, "loss");
    if (newLoss.isPresent()) {
      // The trainer writes it above its own bar.
      if (!stepsAreSure && of > 0) {
        stepsAreSure = true;
        steps = of;
        step = at;
      }
      step = Math.max(step, at);
      loss = newLoss.getAsDouble();
      events.add(
          event(
              number(dict, "grad_norm").orElse(Double.NaN),
              number(dict, "learning_rate").orElse(Double.NaN),
              number(dict, "epoch").orElse(Double.NaN)));
    }
    OptionalDouble evalLoss = number(dict, "eval_loss");
    if (evalLoss.isPresent()) {
      double value = evalLoss.getAsDouble();
      double seconds = number(dict, "eval_runtime").orElse(0);
      events.add(
          new Event.Evaluated(step, "during", value, Math.exp(value), Double.NaN, 0, 0, seconds));
    }
    OptionalDouble wholeLoss = number(dict, "train_loss");
    if (wholeLoss.isPresent() && isTraining()) {
      // The end: too short a run has logged no step at all.
      steps = of;
      step = of;
      loss = Double.isNaN(loss) ? wholeLoss.getAsDouble() : loss;
      events.add(event(Double.NaN, Double.NaN, number(dict, "epoch").orElse(Double.NaN)));
    }
  }

  private Event.Step event(double gradNorm, double learningRate, double epoch) {
    return new Event.Step(
        step, steps, epoch, loss, gradNorm, learningRate, 0, 0, secondsPerStep, 0, 0, false);
  }

  private static OptionalDouble number(String dict, String key) {
    Matcher entry = ENTRY.matcher(dict);
    while (entry.find()) {
      if (entry.group(1).equals(key)) {
        try {
          return OptionalDouble.of(Double.parseDouble(entry.group(2)));
        } catch (NumberFormatException e) {
          return OptionalDouble.of(Double.NaN); // nan, inf: as Python writes them
        }
      }
    }
    return OptionalDouble.empty();
  }
}
