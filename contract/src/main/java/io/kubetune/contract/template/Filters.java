package io.kubetune.contract.template;

import java.util.HashMap;
import java.util.Map;

/// Jinja's filters by name; those of transformers' environment, without the ones for web pages that
/// no chat template uses (urlize, xmlattr, wordwrap, random, pprint, filesizeformat).
///
/// ```
/// Value trimmed = Filters.apply("trim", Value.text(" a "), Passed.NOTHING, environment);
/// ```
final class Filters {
  interface Filter {
    Value apply(Value input, Passed arguments, Environment environment);
  }

  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    ALL.putAll(TextFilters.ALL);
    ALL.putAll(ValueFilters.ALL);
    ALL.putAll(SequenceFilters.ALL);
    ALL.putAll(SelectionFilters.ALL);
  }

  private Filters() {}

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  static Value apply(String name, Value input, Passed arguments, Environment environment) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw TemplateException.of(TemplateException.Kind.SYNTAX, "No filter named '" + name + "'.");
    }
    environment.budget().steps(1);
    return filter.apply(input, arguments, environment);
  }
}
