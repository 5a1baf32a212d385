package io.kubetune.contract.template;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The functions that every chat template has: `namespace`, `range`, `raise_exception`,
/// `strftime_now`, `dict`, `joiner`, `cycler`.
final class Globals {
  /// Jinja's sandbox refuses longer ranges (`MAX_RANGE`).
  private static final int MAX_RANGE = 100_000;

  private Globals() {}

  static Map<String, Value> functions(Environment environment) {
    Map<String, Value> functions = new HashMap<>();
    define(functions, "raise_exception", Globals::raise);
    define(functions, "strftime_now", passed -> Value.text(strftime(passed, environment)));
    define(functions, "namespace", passed -> namespace(passed, environment.budget()));
    define(functions, "dict", passed -> new Value.Dict(entries(passed, environment.budget())));
    define(functions, "range", passed -> range(passed, environment.budget()));
    define(functions, "joiner", Globals::joiner);
    define(functions, "cycler", Globals::cycler);
    return functions;
  }

  private static void define(Map<String, Value> functions, String name, Value.Function.Body body) {
    functions.put(name, new Value.Function(name, body));
  }

  private static Value raise(Passed arguments) {
    Value message = arguments.bind("raise_exception", 1, "message")[0];
    throw TemplateException.of(
        TemplateException.Kind.RAISED, PythonText.str(message, new Budget()));
  }

  private static String strftime(Passed arguments, Environment environment) {
    Value format = arguments.bind("strftime_now", 1, "format")[0];
    String text = Passed.text(format, "strftime_now() argument 1");
    environment.budget().characters(text.length() * 16L);
    return Strftime.format(text, environment.now());
  }

  private static Value namespace(Passed arguments, Budget budget) {
    Value.Namespace namespace = new Value.Namespace();
    entries(arguments, budget)
        .forEach((key, value) -> {
          String name = Passed.text(key, "an attribute's name");
          checkNamespaceName(name);
          namespace.attributes.put(name, value);
        });
    return namespace;
  }

  static void checkNamespaceName(String name) {
    if (name.startsWith("_")) {
      throw TemplateException.of(
          TemplateException.Kind.SECURITY,
          "Chat templates cannot store underscore-prefixed attributes on a namespace, but got '"
              + name
              + "'. Please rename the attribute.");
    }
  }

  /// `dict(mapping or pairs, name=value, …)`.
  private static Map<Value, Value> entries(Passed arguments, Budget budget) {
    Value.Dict named = ValueFilters.dict(arguments.named());
    if (arguments.positional().isEmpty()) {
      return named.entries();
    }
    Map<Value, Value> all = new java.util.LinkedHashMap<>();
    Value first = new Passed(arguments.positional(), Map.of()).bind("dict", 1, "entries")[0];
    if (first instanceof Value.Dict(Map<Value, Value> own)) {
      budget.steps(own.size());
      all.putAll(own);
    } else {
      for (Value pair : Iteration.list(first, budget)) {
        List<Value> two = Iteration.list(pair, budget);
        if (two.size() != 2) {
          throw TemplateException.value("dictionary update sequence needs pairs");
        }
        all.put(Dicts.key(two.get(0)), two.get(1));
      }
    }
    all.putAll(named.entries());
    return all;
  }

  private static Value range(Passed arguments, Budget budget) {
    int count = arguments.positional().size();
    Value[] given = arguments.bind("range", 1, "start", "stop", "step");
    long start = count == 1 ? 0 : Passed.index(given[0]);
    long stop = Passed.index(given[count == 1 ? 0 : 1]);
    long step = Passed.index(given[2], 1);
    if (step == 0) {
      throw TemplateException.value("range() arg 3 must not be zero");
    }
    long span = step > 0 ? stop - start : start - stop;
    long length = span <= 0 ? 0 : (span - 1) / Math.abs(step) + 1;
    if (length > MAX_RANGE) {
      throw TemplateException.of(
          TemplateException.Kind.LIMIT,
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
    }
    budget.steps(1);
    List<Value> numbers =
        new AbstractList<>() {
          @Override
          public Value get(int index) {
            java.util.Objects.checkIndex(index, size());
            return Value.Int.of(start + index * step);
          }

          @Override
          public int size() {
            return (int) length;
          }
        };
    return new Value.Sequence(numbers, Value.Sequence.Kind.RANGE);
  }

  /// A function that yields nothing at first, then the separator each time.
  private static Value joiner(Passed arguments) {
    Value given = arguments.bind("joiner", 0, "sep")[0];
    Value separator = given == null ? Value.text(", ") : given;
    boolean[] used = {false};
    return new Value.Function(
        "joiner",
        _ -> {
          Value result = used[0] ? separator : Value.text("");
          used[0] = true;
          return result;
        });
  }

  private static Value cycler(Passed arguments) {
    List<Value> items = arguments.positional();
    if (items.isEmpty()) {
      throw TemplateException.value("at least one item has to be provided");
    }
    int[] at = {0};
    Value.Namespace cycler = new Value.Namespace();
    cycler.attributes.put("current", items.getFirst());
    cycler.attributes.put(
        "next",
        new Value.Function(
            "next",
            _ -> {
              Value current = items.get(at[0]);
              at[0] = (at[0] + 1) % items.size();
              cycler.attributes.put("current", items.get(at[0]));
              return current;
            }));
    cycler.attributes.put(
        "reset",
        new Value.Function(
            "reset",
            _ -> {
              at[0] = 0;
              cycler.attributes.put("current", items.getFirst());
              return Value.None.NONE;
            }));
    return cycler;
  }
}
