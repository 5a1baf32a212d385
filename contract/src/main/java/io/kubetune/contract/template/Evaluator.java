package io.kubetune.contract.template;

import io.kubetune.contract.template.Expression.Arguments;
import io.kubetune.contract.template.Expression.Compared;
import io.kubetune.contract.template.Expression.Relation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Values of expressions, in a scope.
///
/// ```
/// Value content = evaluator.value(expression, scope);
/// ```
final class Evaluator {
  /// Calls within calls, for macros that call themselves; a JSON schema nests a dozen levels.
  private static final int MAX_CALLS = 100;

  private final Environment environment;
  private int line = 1;
  private int calls;

  Evaluator(Environment environment) {
    this.environment = environment;
  }

  Environment environment() {
    return environment;
  }

  private Budget budget() {
    return environment.budget();
  }

  /// The template's line that was reached last.
  int line() {
    return line;
  }

  void reached(int where) {
    line = where;
  }

  Value value(Expression expression, Scope scope) {
    budget().steps(1);
    return switch (expression) {
      case Expression.Literal(Value value) -> value;
      case Expression.Name(String name, int where) -> {
        line = where;
        yield name(name, scope);
      }
      case Expression.ListOf(List<Expression> items) -> Value.list(values(items, scope));
      case Expression.TupleOf(List<Expression> items) -> Value.tuple(values(items, scope));
      case Expression.DictOf dict -> dict(dict, scope);
      case Expression.Attribute(Expression target, String name, int where) -> {
        Value of = value(target, scope);
        line = where;
        yield Attributes.attribute(of, name, budget());
      }
      case Expression.Subscript(Expression target, Expression key, int where) -> {
        Value of = value(target, scope);
        Value at = value(key, scope);
        line = where;
        yield Attributes.subscript(of, at, budget());
      }
      case Expression.Slice slice -> slice(slice, scope);
      case Expression.Call(Expression target, Arguments arguments, int where) ->
          call(value(target, scope), passed(arguments, scope), where);
      case Expression.Filter(Expression target, String name, Arguments arguments, int where) -> {
        Value input = value(target, scope);
        Passed passed = passed(arguments, scope);
        line = where;
        yield Filters.apply(name, input, passed, environment);
      }
      case Expression.Test(Expression target, String name, Arguments arguments, int where) -> {
        Value tested = value(target, scope);
        Passed passed = passed(arguments, scope);
        line = where;
        yield Value.Bool.of(Tests.test(name, tested, passed, environment));
      }
      case Expression.Not(Expression target) -> Value.Bool.of(!value(target, scope).truth());
      case Expression.Signed(boolean negative, Expression target, int where) -> {
        Value number = value(target, scope);
        line = where;
        yield signed(negative, number);
      }
      case Expression.And(Expression left, Expression right) -> {
        Value first = value(left, scope);
        yield first.truth() ? value(right, scope) : first;
      }
      case Expression.Or(Expression left, Expression right) -> {
        Value first = value(left, scope);
        yield first.truth() ? first : value(right, scope);
      }
      case Expression.Arithmetic(
              Expression.Operation operation,
              Expression left,
              Expression right,
              int where) -> {
        Value a = value(left, scope);
        Value b = value(right, scope);
        line = where;
        yield Operators.apply(operation, a, b, budget());
      }
      case Expression.Comparison comparison -> Value.Bool.of(holds(comparison, scope));
      case Expression.Concatenation(List<Expression> parts, int where) -> {
        line = where;
        yield concatenated(parts, scope);
      }
      case Expression.Conditional(
              Expression test,
              Expression then,
              Optional<Expression> otherwise) -> {
        if (value(test, scope).truth()) {
          yield value(then, scope);
        }
        yield otherwise.isPresent()
            ? value(otherwise.get(), scope)
            : new Value.Undefined(
                "the inline if-expression on line "
                    + line
                    + " evaluated to false and no else section was defined.");
      }
    };
  }

  private static Value name(String name, Scope scope) {
    Value value = scope.find(name);
    return value != null ? value : new Value.Undefined("'" + name + "' is undefined");
  }

  private List<Value> values(List<Expression> items, Scope scope) {
    List<Value> values = new ArrayList<>(items.size());
    for (Expression each : items) {
      values.add(value(each, scope));
    }
    return values;
  }

  private Value dict(Expression.DictOf dict, Scope scope) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Expression.Pair each : dict.pairs()) {
      Value key = value(each.key(), scope);
      line = dict.line();
      entries.put(Dicts.key(key), value(each.value(), scope));
    }
    return new Value.Dict(entries);
  }

  private Value slice(Expression.Slice slice, Scope scope) {
    Value of = value(slice.target(), scope);
    Value start = slice.start().map(each -> value(each, scope)).orElse(null);
    Value stop = slice.stop().map(each -> value(each, scope)).orElse(null);
    Value step = slice.step().map(each -> value(each, scope)).orElse(null);
    line = slice.line();
    return Slices.slice(of, start, stop, step, budget());
  }

  private Value signed(boolean negative, Value number) {
    Comparisons.undefinedFails(number);
    if (!Comparisons.isNumber(number)) {
      throw TemplateException.type(
          "bad operand type for unary " + (negative ? "-" : "+") + ": '" + number.typeName() + "'");
    }
    return negative && number instanceof Value.Real(double real)
        ? new Value.Real(-real)
        : Numbers.arithmetic(
            negative ? Expression.Operation.SUBTRACT : Expression.Operation.ADD,
            Value.Int.of(0),
            number);
  }

  private boolean holds(Expression.Comparison comparison, Scope scope) {
    Value left = value(comparison.first(), scope);
    for (Compared each : comparison.rest()) {
      Value right = value(each.operand(), scope);
      line = comparison.line();
      if (!holds(each.relation(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private boolean holds(Relation relation, Value left, Value right) {
    return switch (relation) {
      case EQUAL -> Comparisons.equal(left, right, budget());
      case NOT_EQUAL -> !Comparisons.equal(left, right, budget());
      case IN -> Comparisons.contains(right, left, budget());
      case NOT_IN -> !Comparisons.contains(right, left, budget());
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> {
        int order = Comparisons.compare(left, right, relation.sign, budget());
        yield order != Comparisons.UNORDERED
            && (relation == Relation.LESS && order < 0
                || relation == Relation.LESS_OR_EQUAL && order <= 0
                || relation == Relation.GREATER && order > 0
                || relation == Relation.GREATER_OR_EQUAL && order >= 0);
      }
    };
  }

  private Value concatenated(List<Expression> parts, Scope scope) {
    StringBuilder out = new StringBuilder();
    for (Expression each : parts) {
      String text = PythonText.str(value(each, scope), budget());
      budget().characters(text.length());
      out.append(text);
    }
    return Value.text(out.toString());
  }

  Value call(Value target, Passed arguments, int where) {
    line = where;
    Comparisons.undefinedFails(target);
    Value.Function.Body body =
        switch (target) {
          case Value.Function(String _, Value.Function.Body own) -> own;
          case Value.Loop(LoopState state) -> state::call;
          case Value.Undefined _,
              Value.None _,
              Value.Bool _,
              Value.Int _,
              Value.Real _,
              Value.Text _,
              Value.Sequence _,
              Value.Dict _,
              Value.Stream _,
              Value.Namespace _ ->
              throw TemplateException.type("'" + target.typeName() + "' object is not callable");
        };
    if (++calls > MAX_CALLS) {
      throw TemplateException.of(
          TemplateException.Kind.LIMIT, "more than " + MAX_CALLS + " calls within calls");
    }
    Value result = body.call(arguments);
    calls--;
    return result;
  }

  Passed passed(Arguments arguments, Scope scope) {
    if (arguments == Arguments.NONE) {
      return Passed.NOTHING;
    }
    List<Value> positional = values(arguments.positional(), scope);
    Map<String, Value> named = new LinkedHashMap<>();
    for (Expression.Named each : arguments.named()) {
      named.put(each.name(), value(each.value(), scope));
    }
    arguments
        .spread()
        .ifPresent(each -> positional.addAll(Iteration.list(value(each, scope), budget())));
    arguments.spreadNamed().ifPresent(each -> spread(value(each, scope), named));
    return new Passed(positional, named);
  }

  private static void spread(Value value, Map<String, Value> named) {
    if (!(value instanceof Value.Dict(Map<Value, Value> entries))) {
      throw TemplateException.type("argument after ** must be a mapping");
    }
    entries.forEach((name, each) -> named.put(Passed.text(name, "keywords"), each));
  }
}
