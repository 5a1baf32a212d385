package io.kubetune.contract.template;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/// The methods of Python's `str`, with positions in code points.
///
/// ```
/// {{ content.split('</think>')[-1].lstrip('\n') }}
/// ```
final class StringMethods {
  private interface Method {
    Value call(String self, Passed arguments, Budget budget);
  }

  private static final Map<String, Method> METHODS = new HashMap<>();

  static {
    change("lower", text -> text.toLowerCase(Locale.ROOT));
    change("upper", text -> text.toUpperCase(Locale.ROOT));
    change("casefold", Casing::folded);
    change("capitalize", Casing::capitalized);
    change("title", Casing::titled);
    change("swapcase", Casing::swapped);
    METHODS.put("strip", (self, passed, _) -> strip(self, passed, true, true));
    METHODS.put("lstrip", (self, passed, _) -> strip(self, passed, true, false));
    METHODS.put("rstrip", (self, passed, _) -> strip(self, passed, false, true));
    METHODS.put("split", (self, passed, budget) -> Splitting.split(self, passed, false, budget));
    METHODS.put("rsplit", (self, passed, budget) -> Splitting.split(self, passed, true, budget));
    METHODS.put("splitlines", Splitting::lines);
    METHODS.put("partition", (self, passed, _) -> Splitting.partition(self, passed, false));
    METHODS.put("rpartition", (self, passed, _) -> Splitting.partition(self, passed, true));
    METHODS.put("startswith", (self, passed, _) -> edge(self, passed, true));
    METHODS.put("endswith", (self, passed, _) -> edge(self, passed, false));
    METHODS.put("removeprefix", (self, passed, _) -> removeEdge(self, passed, true));
    METHODS.put("removesuffix", (self, passed, _) -> removeEdge(self, passed, false));
    METHODS.put("replace", StringMethods::replace);
    METHODS.put("join", (self, passed, budget) -> join(self, passed.bind("join", 1, "i"), budget));
    METHODS.put("find", (self, passed, _) -> find(self, passed, false, false));
    METHODS.put("rfind", (self, passed, _) -> find(self, passed, true, false));
    METHODS.put("index", (self, passed, _) -> find(self, passed, false, true));
    METHODS.put("rindex", (self, passed, _) -> find(self, passed, true, true));
    METHODS.put("count", (self, passed, _) -> count(self, passed));
    METHODS.put("format", (self, passed, b) -> Value.text(BraceFormat.format(self, passed, b)));
    METHODS.put("ljust", (self, passed, budget) -> Padding.pad(self, passed, '<', budget));
    METHODS.put("rjust", (self, passed, budget) -> Padding.pad(self, passed, '>', budget));
    METHODS.put("center", (self, passed, budget) -> Padding.pad(self, passed, '^', budget));
    METHODS.put("zfill", Padding::zeroFill);
    METHODS.put("expandtabs", Padding::expandTabs);
    all("isspace", Whitespace::is);
    all("isdigit", c -> Character.isDigit(c) || "²³¹".indexOf(c) >= 0);
    all("isdecimal", Character::isDigit);
    all("isnumeric", Casing::isNumeric);
    all("isalpha", Character::isLetter);
    all("isalnum", c -> Character.isLetter(c) || Casing.isNumeric(c));
    METHODS.put("isascii", (self, _, _) -> Value.Bool.of(self.chars().allMatch(c -> c < 128)));
    METHODS.put("isprintable", (self, _, _) -> printable(self));
    METHODS.put("isupper", (self, _, _) -> Value.Bool.of(Casing.isAll(self, true)));
    METHODS.put("islower", (self, _, _) -> Value.Bool.of(Casing.isAll(self, false)));
    METHODS.put("istitle", (self, _, _) -> Value.Bool.of(Casing.isTitled(self)));
    METHODS.put("isidentifier", (self, _, _) -> Value.Bool.of(isIdentifier(self)));
  }

  private StringMethods() {}

  private static void change(String name, UnaryOperator<String> change) {
    METHODS.put(name, (self, _, _) -> Value.text(change.apply(self)));
  }

  private static void all(String name, IntPredicate predicate) {
    METHODS.put(
        name,
        (self, _, _) -> Value.Bool.of(!self.isEmpty() && self.codePoints().allMatch(predicate)));
  }

  /// The method of that name, bound to the text.
  static Optional<Value> method(Value.Text self, String name, Budget budget) {
    return Optional.ofNullable(METHODS.get(name))
        .map(method ->
            new Value.Function(
                name,
                passed -> {
                  budget.steps(self.value().length() / 16);
                  budget.characters(self.value().length());
                  Value result = method.call(self.value(), passed, budget);
                  return self.safe() ? safe(result) : result;
                }));
  }

  /// What safe text yields is safe too.
  private static Value safe(Value result) {
    return switch (result) {
      case Value.Text(String text, boolean _) -> new Value.Text(text, true);
      case Value.Sequence(List<Value> items, Value.Sequence.Kind kind) ->
          new Value.Sequence(items.stream().map(StringMethods::safe).toList(), kind);
      case Value.Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          result;
    };
  }

  static Value strip(String self, Passed arguments, boolean left, boolean right) {
    Optional<String> characters =
        Passed.textOrNone(arguments.bind("strip", 0, "chars")[0], "strip arg");
    return Value.text(
        characters
            .map(each -> Whitespace.strip(self, c -> each.indexOf(c) >= 0, left, right))
            .orElseGet(() -> Whitespace.strip(self, left, right)));
  }

  private static Value edge(String self, Passed arguments, boolean start) {
    Value[] given = arguments.bind(start ? "startswith" : "endswith", 1, "prefix", "start", "end");
    String part = part(self, given[1], given[2]);
    if (part == null) {
      return Value.Bool.FALSE;
    }
    List<Value> candidates =
        given[0] instanceof Value.Sequence(List<Value> items, Value.Sequence.Kind kind)
                && kind == Value.Sequence.Kind.TUPLE
            ? items
            : List.of(given[0]);
    for (Value each : candidates) {
      String edge = Passed.text(each, (start ? "startswith" : "endswith") + " first arg");
      if (start ? part.startsWith(edge) : part.endsWith(edge)) {
        return Value.Bool.TRUE;
      }
    }
    return Value.Bool.FALSE;
  }

  /// `self[start:end]`, or null where start lies behind the end of the text.
  private static String part(String self, Value start, Value end) {
    if (start == null && end == null) {
      return self;
    }
    int length = CodePoints.length(self);
    if (Passed.index(start, 0) > length) {
      return null;
    }
    return CodePoints.slice(self, Slices.range(length, start, end, null));
  }

  private static Value removeEdge(String self, Passed arguments, boolean start) {
    String edge = Passed.text(arguments.bind("remove", 1, "edge")[0], "argument");
    if (start && self.startsWith(edge)) {
      return Value.text(self.substring(edge.length()));
    }
    return Value.text(
        !start && self.endsWith(edge) ? self.substring(0, self.length() - edge.length()) : self);
  }

  private static Value replace(String self, Passed arguments, Budget budget) {
    Value[] given = arguments.bind("replace", 2, "old", "new", "count");
    return Value.text(
        replace(
            self,
            Passed.text(given[0], "replace() argument 1"),
            Passed.text(given[1], "replace() argument 2"),
            Passed.index(given[2], -1),
            budget));
  }

  /// @param count at most so many, from the left; negative is all
  static String replace(String self, String old, String with, int count, Budget budget) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    int left = count < 0 ? Integer.MAX_VALUE : count;
    while (left-- > 0) {
      int found = self.indexOf(old, at);
      if (found < 0) {
        break;
      }
      budget.steps(1);
      budget.characters(with.length());
      out.append(self, at, found).append(with);
      at = found + old.length();
      if (old.isEmpty()) {
        if (at == self.length()) {
          break;
        }
        int next = at + Character.charCount(self.codePointAt(at));
        out.append(self, at, next);
        at = next;
      }
    }
    return out.append(self, at, self.length()).toString();
  }

  private static Value join(String self, Value[] given, Budget budget) {
    StringBuilder out = new StringBuilder();
    String separator = "";
    int at = 0;
    for (Value each : Iteration.list(given[0], budget)) {
      if (!(each instanceof Value.Text(String text, boolean _))) {
        throw TemplateException.type(
            "sequence item " + at + ": expected str instance, " + each.typeName() + " found");
      }
      budget.characters((long) text.length() + separator.length());
      out.append(separator).append(text);
      separator = self;
      at++;
    }
    return Value.text(out.toString());
  }

  private static Value find(String self, Passed arguments, boolean last, boolean must) {
    Value[] given = arguments.bind("find", 1, "sub", "start", "end");
    String wanted = Passed.text(given[0], "find() argument 1");
    int length = CodePoints.length(self);
    String part = part(self, given[1], given[2]);
    int found =
        part == null
            ? -1
            : CodePoints.indexOf(part, last ? part.lastIndexOf(wanted) : part.indexOf(wanted));
    if (found < 0 && must) {
      throw TemplateException.value("substring not found");
    }
    int offset = found < 0 ? 0 : Slices.range(length, given[1], given[2], null).first();
    return Value.Int.of(found + offset);
  }

  private static Value count(String self, Passed arguments) {
    Value[] given = arguments.bind("count", 1, "sub", "start", "end");
    String wanted = Passed.text(given[0], "count() argument 1");
    String part = part(self, given[1], given[2]);
    if (part == null) {
      return Value.Int.of(0);
    }
    if (wanted.isEmpty()) {
      return Value.Int.of(CodePoints.length(part) + 1L);
    }
    int count = 0;
    for (int at = part.indexOf(wanted); at >= 0; at = part.indexOf(wanted, at + wanted.length())) {
      count++;
    }
    return Value.Int.of(count);
  }

  private static Value printable(String self) {
    return Value.Bool.of(self.codePoints().allMatch(PythonText::isPrintable));
  }

  private static boolean isIdentifier(String self) {
    return !self.isEmpty()
        && (self.charAt(0) == '_' || Character.isUnicodeIdentifierStart(self.codePointAt(0)))
        && self.codePoints().allMatch(Character::isUnicodeIdentifierPart);
  }
}
