package io.kubetune.contract.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Filters whose input is text; anything else is written as `str` does first.
final class TextFilters {
  /// What Python takes for a word: `str.isalnum` and the underscore.
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

  private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("upper", change(text -> text.toUpperCase(Locale.ROOT))),
          Map.entry("lower", change(text -> text.toLowerCase(Locale.ROOT))),
          Map.entry("capitalize", change(Casing::capitalized)),
          Map.entry("title", change(Casing::titledWords)),
          Map.entry("trim", TextFilters::trim),
          Map.entry("replace", TextFilters::replace),
          Map.entry("indent", TextFilters::indent),
          Map.entry("truncate", TextFilters::truncate),
          Map.entry("center", TextFilters::center),
          Map.entry("wordcount", TextFilters::wordCount),
          Map.entry("striptags", change(TextFilters::withoutTags)),
          Map.entry("urlencode", TextFilters::urlEncode),
          Map.entry("format", TextFilters::format),
          Map.entry(
              "string", (input, _, e) -> input instanceof Value.Text ? input : text(input, e)),
          Map.entry("safe", (input, _, e) -> new Value.Text(text(input, e).value(), true)),
          Map.entry("escape", (input, _, e) -> Html.escaped(text(input, e), e.budget())),
          Map.entry("e", (input, _, e) -> Html.escaped(text(input, e), e.budget())),
          Map.entry("forceescape", (i, _, e) -> Html.escaped(text(i, e).value(), e.budget())));

  private TextFilters() {}

  static Value.Text text(Value input, Environment environment) {
    return input instanceof Value.Text text
        ? text
        : Value.text(PythonText.str(input, environment.budget()));
  }

  private static Filters.Filter change(UnaryOperator<String> change) {
    return (input, arguments, environment) -> {
      arguments.bind("filter", 0);
      Value.Text text = text(input, environment);
      environment.budget().characters(text.value().length());
      return new Value.Text(change.apply(text.value()), text.safe());
    };
  }

  private static Value trim(Value input, Passed arguments, Environment environment) {
    Value.Text text = text(input, environment);
    environment.budget().characters(text.value().length());
    Value stripped = StringMethods.strip(text.value(), arguments, true, true);
    return new Value.Text(((Value.Text) stripped).value(), text.safe());
  }

  private static Value replace(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("replace", 2, "old", "new", "count");
    Value.Text text = text(input, environment);
    environment.budget().characters(text.value().length());
    return Value.text(
        StringMethods.replace(
            text.value(),
            text(given[0], environment).value(),
            text(given[1], environment).value(),
            Passed.index(given[2], -1),
            environment.budget()));
  }

  private static Value indent(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("indent", 0, "width", "first", "blank");
    Comparisons.undefinedFails(input);
    if (!(input instanceof Value.Text text)) {
      throw TemplateException.type("indent needs a str, not " + input.typeName());
    }
    String by;
    if (given[0] instanceof Value.Text(String own, boolean _)) {
      by = own;
    } else {
      int width = Math.max(0, Passed.index(given[0], 4));
      environment.budget().characters(width);
      by = " ".repeat(width);
    }
    boolean blank = Passed.flag(given[2], false);
    List<String> lines = new ArrayList<>(Splitting.lines(text.value() + "\n", false));
    environment.budget().characters(text.value().length() + (long) by.length() * lines.size());
    for (int i = 1; i < lines.size(); i++) {
      if (blank || !lines.get(i).isEmpty()) {
        lines.set(i, by + lines.get(i));
      }
    }
    String first = Passed.flag(given[1], false) ? by : "";
    return new Value.Text(first + String.join("\n", lines), text.safe());
  }

  private static Value truncate(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = Passed.index(given[0], 255);
    String end = given[2] == null ? "..." : Passed.text(given[2], "end");
    long most = length + (long) Passed.index(given[3], 5);
    if (Iteration.length(input, environment.budget()) <= most) {
      return input;
    }
    if (!(input instanceof Value.Text text)) {
      throw TemplateException.type("truncate needs a str, not " + input.typeName());
    }
    int kept = length - CodePoints.length(end);
    if (kept < 0) {
      throw TemplateException.value("expected length >= " + CodePoints.length(end));
    }
    String cut = text.value().substring(0, CodePoints.offset(text.value(), kept));
    int space = cut.lastIndexOf(' ');
    boolean whole = !Passed.flag(given[1], false) && space >= 0;
    return new Value.Text((whole ? cut.substring(0, space) : cut) + end, text.safe());
  }

  private static Value center(Value input, Passed arguments, Environment environment) {
    Value width = arguments.bind("center", 0, "width")[0];
    Value bound = width == null ? Value.Int.of(80) : width;
    return StringMethods.method(text(input, environment), "center", environment.budget())
        .map(each -> ((Value.Function) each).body().call(Passed.of(bound)))
        .orElseThrow();
  }

  private static Value wordCount(Value input, Passed arguments, Environment environment) {
    arguments.bind("wordcount", 0);
    String text = str(input, environment);
    return Value.Int.of(WORD.matcher(text).results().count());
  }

  /// Comments and tags are cut out, runs of space become one.
  private static String withoutTags(String text) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int open = text.indexOf('<'); open >= 0; open = text.indexOf('<', at)) {
      int end = text.startsWith("<!--", open) ? text.indexOf("-->", open + 4) + 2 : -1;
      int close = end > 1 ? end : text.indexOf('>', open);
      if (close < 0) {
        break;
      }
      out.append(text, at, open);
      at = close + 1;
    }
    String plain = Whitespace.strip(out.append(text.substring(at)).toString(), true, true);
    return SPACES.matcher(plain).replaceAll(" ");
  }

  private static Value urlEncode(Value input, Passed arguments, Environment environment) {
    arguments.bind("urlencode", 0);
    if (input instanceof Value.Dict dict) {
      return urlPairs(Attributes.items(dict, environment.budget()), environment);
    }
    if (input instanceof Value.Sequence || input instanceof Value.Stream) {
      return urlPairs(input, environment);
    }
    return Value.text(
        URLEncoder.encode(str(input, environment), StandardCharsets.UTF_8)
            .replace("+", "%20")
            .replace("%2F", "/")
            .replace("%7E", "~")
            .replace("*", "%2A"));
  }

  private static Value urlPairs(Value pairs, Environment environment) {
    StringBuilder out = new StringBuilder();
    for (Value each : Iteration.list(pairs, environment.budget())) {
      List<Value> pair = Iteration.list(each, environment.budget());
      if (pair.size() != 2) {
        throw TemplateException.value("urlencode needs pairs");
      }
      out.append(out.isEmpty() ? "" : "&")
          .append(URLEncoder.encode(str(pair.get(0), environment), StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(str(pair.get(1), environment), StandardCharsets.UTF_8));
    }
    return Value.text(out.toString());
  }

  private static String str(Value value, Environment environment) {
    String text = PythonText.str(value, environment.budget());
    environment.budget().characters(text.length() * 3L);
    return text;
  }

  private static Value format(Value input, Passed arguments, Environment environment) {
    Value with =
        arguments.named().isEmpty()
            ? Value.tuple(arguments.positional())
            : ValueFilters.dict(arguments.named());
    return PercentFormat.format(text(input, environment), with, environment.budget());
  }
}
