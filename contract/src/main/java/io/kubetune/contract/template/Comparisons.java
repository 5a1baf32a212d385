package io.kubetune.contract.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// `==`, `<` and `in` as Python has them: numbers and truth values compare by value, other types
/// only with their own.
final class Comparisons {
  private Comparisons() {}

  static boolean equal(Value left, Value right, Budget budget) {
    budget.steps(1);
    if (left == right) {
      return !(left instanceof Value.Real(double real) && Double.isNaN(real));
    }
    if (isNumber(left) && isNumber(right)) {
      return order(left, right) == 0;
    }
    return switch (left) {
      case Value.Text text -> {
        budget.steps(text.value().length() / 64);
        yield text.equals(right);
      }
      case Value.Sequence sequence ->
          right instanceof Value.Sequence other && equalItems(sequence, other, budget);
      case Value.Dict dict -> right instanceof Value.Dict other && equalDicts(dict, other, budget);
      case Value.Undefined _ -> right instanceof Value.Undefined;
      case Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.None _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          false;
    };
  }

  private static boolean equalItems(Value.Sequence left, Value.Sequence right, Budget budget) {
    if (left.kind() != right.kind() || left.items().size() != right.items().size()) {
      return false;
    }
    for (int i = 0; i < left.items().size(); i++) {
      if (!equal(left.items().get(i), right.items().get(i), budget)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalDicts(Value.Dict left, Value.Dict right, Budget budget) {
    if (left.entries().size() != right.entries().size()) {
      return false;
    }
    for (Map.Entry<Value, Value> each : left.entries().entrySet()) {
      Value other = right.entries().get(each.getKey());
      if (other == null || !equal(each.getValue(), other, budget)) {
        return false;
      }
    }
    return true;
  }

  /// Negative, zero or positive; NaN is unordered and answers [#UNORDERED].
  static int compare(Value left, Value right, String sign, Budget budget) {
    budget.steps(1);
    undefinedFails(left);
    undefinedFails(right);
    if (isNumber(left) && isNumber(right)) {
      return order(left, right);
    }
    if (left instanceof Value.Text(String a, boolean _)
        && right instanceof Value.Text(String b, boolean _)) {
      budget.steps(a.length() / 64);
      return compareCodePoints(a, b);
    }
    if (left instanceof Value.Sequence a
        && right instanceof Value.Sequence b
        && a.kind() == b.kind()
        && a.kind() != Value.Sequence.Kind.RANGE
        && a.kind().hasIndex()) {
      return compareItems(a.items(), b.items(), sign, budget);
    }
    throw TemplateException.type(
        "'"
            + sign
            + "' not supported between instances of '"
            + left.typeName()
            + "' and '"
            + right.typeName()
            + "'");
  }

  static final int UNORDERED = Integer.MIN_VALUE;

  private static int compareItems(List<Value> a, List<Value> b, String sign, Budget budget) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i), budget)) {
        return compare(a.get(i), b.get(i), sign, budget);
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /// Python orders text by code points; UTF-16 units would put emoji before U+E000.
  private static int compareCodePoints(String a, String b) {
    int at = 0;
    while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
      at++;
    }
    if (at == a.length() || at == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    boolean bothSurrogates =
        Character.isSurrogate(a.charAt(at)) && Character.isSurrogate(b.charAt(at));
    return bothSurrogates
        ? Character.compare(a.charAt(at), b.charAt(at))
        : Integer.compare(a.codePointAt(at), b.codePointAt(at));
  }

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
  }

  private static int order(Value left, Value right) {
    if (left instanceof Value.Real || right instanceof Value.Real) {
      double a = Numbers.real(left);
      double b = Numbers.real(right);
      if (Double.isNaN(a) || Double.isNaN(b)) {
        return UNORDERED;
      }
      if (Double.isInfinite(a) || Double.isInfinite(b)) {
        return Double.compare(a, b);
      }
      return exact(left).compareTo(exact(right));
    }
    return Numbers.integer(left).compareTo(Numbers.integer(right));
  }

  private static BigDecimal exact(Value number) {
    return number instanceof Value.Real(double real)
        ? new BigDecimal(real)
        : new BigDecimal(Numbers.integer(number));
  }

  /// `item in container`.
  static boolean contains(Value container, Value item, Budget budget) {
    return switch (container) {
      case Value.Text(String text, boolean _) -> {
        if (!(item instanceof Value.Text(String part, boolean _))) {
          throw TemplateException.type(
              "'in <string>' requires string as left operand, not " + item.typeName());
        }
        budget.steps(text.length() / 16);
        yield text.contains(part);
      }
      case Value.Dict(Map<Value, Value> entries) -> entries.containsKey(Dicts.key(item));
      case Value.Sequence(List<Value> items, Value.Sequence.Kind _) ->
          containsItem(items.iterator(), item, budget);
      case Value.Undefined _ -> false;
      case Value.Stream(Iterator<Value> items) -> containsItem(items, item, budget);
      case Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type(
              "argument of type '" + container.typeName() + "' is not iterable");
    };
  }

  private static boolean containsItem(Iterator<Value> items, Value item, Budget budget) {
    while (items.hasNext()) {
      if (equal(items.next(), item, budget)) {
        return true;
      }
    }
    return false;
  }

  static void undefinedFails(Value value) {
    if (value instanceof Value.Undefined(String message)) {
      throw TemplateException.of(TemplateException.Kind.UNDEFINED, message);
    }
  }

  static BigInteger oneOrZero(boolean flag) {
    return flag ? BigInteger.ONE : BigInteger.ZERO;
  }
}
