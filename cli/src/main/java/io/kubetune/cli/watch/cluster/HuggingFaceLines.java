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
/// Newer versions quote the numbers (`'loss': '2.31'`).
final class HuggingFaceLines {
  private static final Pattern BAR =
      Pattern.compile("(\\d+)%\\|[^|]*\\| *(\\d+)/(\\d+) \\[([0-9:]+)<([0-9:?]+)");
  private static final Pattern ENTRY = Pattern.compile("'([a-z_/]+)': '?([-+0-9.einfaINF]+)'?");

  private int step;
  private int steps;
  private double loss = Double.NaN;
  private boolean trains;

  /// The events that a line of the log means; none for talk.
  List<Event> read(String line) {
    List<Event> events = new ArrayList<>();
    for (String part : line.split("\r")) {
      Matcher bar = BAR.matcher(part);
      if (bar.find()) {
        progress(Integer.parseInt(bar.group(2)), Integer.parseInt(bar.group(3)), part, events);
      }
      int dict = part.indexOf("{'");
      if (dict >= 0 && part.indexOf('}', dict) > 0) {
        log(part.substring(dict), events);
      }
    }
    return events;
  }

  /// Loading shards and mapping rows have bars too: training's has the trainer's words around it or
  /// none.
  private void progress(int at, int of, String part, List<Event> events) {
    boolean other = part.contains(":") && part.indexOf(':') < part.indexOf('%');
    if (other || at < step && of == steps) {
      return;
    }
    boolean moved = at != step || of != steps;
    step = at;
    steps = of;
    if (trains && moved) {
      events.add(event(Double.NaN, Double.NaN, Double.NaN));
    }
  }

  private void log(String dict, List<Event> events) {
    OptionalDouble newLoss = number(dict, "loss");
    if (newLoss.isPresent()) {
      trains = true;
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
  }

  private Event.Step event(double gradNorm, double learningRate, double epoch) {
    return new Event.Step(step, steps, epoch, loss, gradNorm, learningRate, 0, 0, 0, 0, 0, false);
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
