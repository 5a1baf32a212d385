package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// `+ - * / // % **` on any two values, as Python has them.
final class Operators {
  private Operators() {}

  static Value apply(Expression.Operation operation, Value left, Value right, Budget budget) {
    Comparisons.undefinedFails(left);
    if (operation == Expression.Operation.REMAINDER && left instanceof Value.Text text) {
      return PercentFormat.format(text, right, budget);
    }
    Comparisons.undefinedFails(right);
    if (Comparisons.isNumber(left) && Comparisons.isNumber(right)) {
      return Numbers.arithmetic(operation, left, right);
    }
    return switch (operation) {
      case ADD -> add(left, right, budget);
      case MULTIPLY -> multiply(left, right, budget);
      case SUBTRACT, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER -> unsupported(operation, left, right);
    };
  }

  private static Value unsupported(Expression.Operation operation, Value left, Value right) {
    throw TemplateException.type(
        "unsupported operand type(s) for "
            + (operation == Expression.Operation.POWER ? "** or pow()" : operation.sign)
            + ": '"
            + left.typeName()
            + "' and '"
            + right.typeName()
            + "'");
  }

  private static Value add(Value left, Value right, Budget budget) {
    if (left instanceof Value.Text a && right instanceof Value.Text b) {
      return join(a, b, budget);
    }
    if (left instanceof Value.Sequence a
        && right instanceof Value.Sequence b
        && a.kind() == b.kind()
        && (a.kind() == Value.Sequence.Kind.LIST || a.kind() == Value.Sequence.Kind.TUPLE)) {
      budget.steps((long) a.items().size() + b.items().size());
      List<Value> all = new ArrayList<>(a.items());
      all.addAll(b.items());
      return new Value.Sequence(all, a.kind());
    }
    if (left instanceof Value.Text) {
      throw TemplateException.type(
          "can only concatenate str (not \"" + right.typeName() + "\") to str");
    }
    if (left instanceof Value.Sequence(List<Value> _, Value.Sequence.Kind kind)
        && kind == Value.Sequence.Kind.LIST) {
      throw TemplateException.type(
          "can only concatenate list (not \"" + right.typeName() + "\") to list");
    }
    return unsupported(Expression.Operation.ADD, left, right);
  }

  /// Text after text; what is added to safe text is escaped, as MarkupSafe does.
  static Value.Text join(Value.Text left, Value.Text right, Budget budget) {
    boolean safe = left.safe() || right.safe();
    String a = safe ? Html.escaped(left, budget).value() : left.value();
    String b = safe ? Html.escaped(right, budget).value() : right.value();
    budget.characters((long) a.length() + b.length());
    return new Value.Text(a + b, safe);
  }

  private static Value multiply(Value left, Value right, Budget budget) {
    if (isCount(left) && !isCount(right)) {
      return multiply(right, left, budget);
    }
    if (isCount(right) && left instanceof Value.Text(String text, boolean safe)) {
      int times = Math.max(0, Passed.index(right));
      budget.characters((long) text.length() * times);
      return new Value.Text(text.repeat(times), safe);
    }
    if (isCount(right)
        && left instanceof Value.Sequence(List<Value> items, Value.Sequence.Kind kind)
        && (kind == Value.Sequence.Kind.LIST || kind == Value.Sequence.Kind.TUPLE)) {
      int times = Math.max(0, Passed.index(right));
      budget.steps((long) items.size() * times);
      List<Value> all = new ArrayList<>(items.size() * times);
      Collections.nCopies(times, items).forEach(all::addAll);
      return new Value.Sequence(all, kind);
    }
    return unsupported(Expression.Operation.MULTIPLY, left, right);
  }

  private static boolean isCount(Value value) {
    return value instanceof Value.Int || value instanceof Value.Bool;
  }
}
