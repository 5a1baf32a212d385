package io.kubetune.contract.template;

import java.util.List;
import java.util.Optional;

/// What yields a value: the syntax tree between `{{` and `}}`, and in the tags.
///
/// ```
/// message.content | trim   →   Filter(Attribute(Name("message"), "content"), "trim", no arguments)
/// ```
sealed interface Expression {
  record Literal(Value value) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record TupleOf(List<Expression> items) implements Expression {}

  record DictOf(List<Pair> pairs, int line) implements Expression {}

  /// `target.name`: a method or attribute first, then an item.
  record Attribute(Expression target, String name, int line) implements Expression {}

  /// `target[key]`: an item first, then a method or attribute.
  record Subscript(Expression target, Expression key, int line) implements Expression {}

  record Slice(
      Expression target,
      Optional<Expression> start,
      Optional<Expression> stop,
      Optional<Expression> step,
      int line)
      implements Expression {}

  record Call(Expression target, Arguments arguments, int line) implements Expression {}

  record Filter(Expression target, String name, Arguments arguments, int line)
      implements Expression {}

  record Test(Expression target, String name, Arguments arguments, int line)
      implements Expression {}

  record Not(Expression target) implements Expression {}

  record Signed(boolean negative, Expression target, int line) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  record Arithmetic(Operation operation, Expression left, Expression right, int line)
      implements Expression {}

  /// `a < b <= c`: each operand is evaluated once, the first false comparison ends it.
  record Comparison(Expression first, List<Compared> rest, int line) implements Expression {}

  /// `a ~ b ~ c`: the operands' texts joined.
  record Concatenation(List<Expression> parts, int line) implements Expression {}

  /// `a if test else b`; undefined where the test fails and there is no else.
  record Conditional(Expression test, Expression then, Optional<Expression> otherwise)
      implements Expression {}

  record Pair(Expression key, Expression value) {}

  record Compared(Relation relation, Expression operand) {}

  record Named(String name, Expression value) {}

  /// @param spread `*values`
  /// @param spreadNamed `**values`
  record Arguments(
      List<Expression> positional,
      List<Named> named,
      Optional<Expression> spread,
      Optional<Expression> spreadNamed) {
    static final Arguments NONE =
        new Arguments(List.of(), List.of(), Optional.empty(), Optional.empty());
  }

  enum Operation {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    REMAINDER("%"),
    POWER("**");

    final String sign;

    Operation(String sign) {
      this.sign = sign;
    }
  }

  enum Relation {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    IN("in"),
    NOT_IN("not in");

    final String sign;

    Relation(String sign) {
      this.sign = sign;
    }
  }
}
