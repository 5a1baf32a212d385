package io.kubetune.contract.template;

import io.kubetune.contract.template.Expression.Arguments;
import io.kubetune.contract.template.Expression.Named;
import io.kubetune.contract.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Parses what stands between operators: names, literals and brackets, with the calls, subscripts,
/// filters and tests behind them.
final class OperandParser {
  /// Python reads no longer integers either (`sys.get_int_max_str_digits`).
  private static final int MAX_DIGITS = 4300;

  private final Tokens tokens;
  private final ExpressionParser expressions;
  // Names read since a macro began: which of varargs, kwargs and caller its body uses.
  private Set<String> namesSeen = new HashSet<>();

  OperandParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /// Starts a new set of names seen, and returns the one before.
  Set<String> swapNamesSeen(Set<String> names) {
    Set<String> before = namesSeen;
    namesSeen = names;
    return before;
  }

  Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token);
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.is(Kind.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Expression.Literal(Value.text(text.toString()));
      }
      case INTEGER -> new Expression.Literal(new Value.Int(integer(token.text())));
      case FLOAT -> new Expression.Literal(new Value.Real(Double.parseDouble(token.text())));
      case OPERATOR -> bracketed(token);
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
          throw new TemplateException(
              TemplateException.Kind.SYNTAX, "unexpected '" + token.describe() + "'", token.line());
    };
  }

  private Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expression.Literal(Value.Bool.TRUE);
      case "false", "False" -> new Expression.Literal(Value.Bool.FALSE);
      case "none", "None" -> new Expression.Literal(Value.None.NONE);
      default -> {
        namesSeen.add(token.text());
        yield new Expression.Name(token.text(), token.line());
      }
    };
  }

  private BigInteger integer(String digits) {
    if (digits.length() > MAX_DIGITS) {
      throw tokens.fail("an integer of more than " + MAX_DIGITS + " digits");
    }
    String lower = digits.toLowerCase(Locale.ROOT);
    return lower.startsWith("0x")
        ? new BigInteger(lower.substring(2), 16)
        : lower.startsWith("0o")
            ? new BigInteger(lower.substring(2), 8)
            : lower.startsWith("0b")
                ? new BigInteger(lower.substring(2), 2)
                : new BigInteger(lower);
  }

  private Expression bracketed(Token open) {
    return switch (open.text()) {
      case "(" -> {
        tokens.enter();
        Expression inner = expressions.tuple(true, "", true);
        tokens.leave();
        tokens.expectOperator(")");
        yield inner;
      }
      case "[" -> {
        List<Expression> items = new ArrayList<>();
        while (!tokens.isOperator("]")) {
          items.add(expressions.expression());
          if (!tokens.isOperator("]")) {
            tokens.expectOperator(",");
          }
        }
        tokens.expectOperator("]");
        yield new Expression.ListOf(List.copyOf(items));
      }
      case "{" -> {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!tokens.isOperator("}")) {
          Expression key = expressions.expression();
          tokens.expectOperator(":");
          pairs.add(new Expression.Pair(key, expressions.expression()));
          if (!tokens.isOperator("}")) {
            tokens.expectOperator(",");
          }
        }
        tokens.expectOperator("}");
        yield new Expression.DictOf(List.copyOf(pairs), open.line());
      }
      default ->
          throw new TemplateException(
              TemplateException.Kind.SYNTAX, "unexpected '" + open.text() + "'", open.line());
    };
  }

  /// Calls, attributes and subscripts behind a value.
  Expression postfix(Expression target) {
    Expression value = target;
    for (int links = 0; ; tokens.chain(++links)) {
      if (tokens.isOperator(".")) {
        value = attribute(value);
      } else if (tokens.isOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        int line = tokens.current().line();
        value = new Expression.Call(value, arguments(), line);
      } else {
        return value;
      }
    }
  }

  private Expression attribute(Expression target) {
    int line = tokens.next().line();
    if (tokens.is(Kind.INTEGER)) {
      Value index = new Value.Int(integer(tokens.next().text()));
      return new Expression.Subscript(target, new Expression.Literal(index), line);
    }
    return new Expression.Attribute(
        target, tokens.expect(Kind.NAME, "name or number").text(), line);
  }

  private Expression subscript(Expression target) {
    int line = tokens.next().line();
    Optional<Expression> start = sliceBound();
    if (start.isPresent() && !tokens.isOperator(":")) {
      List<Expression> keys = new ArrayList<>(List.of(start.get()));
      while (tokens.skipOperator(",")) {
        keys.add(expressions.expression());
      }
      tokens.expectOperator("]");
      Expression key =
          keys.size() == 1 ? keys.getFirst() : new Expression.TupleOf(List.copyOf(keys));
      return new Expression.Subscript(target, key, line);
    }
    tokens.expectOperator(":");
    Optional<Expression> stop = sliceBound();
    Optional<Expression> step = tokens.skipOperator(":") ? sliceBound() : Optional.empty();
    tokens.expectOperator("]");
    return new Expression.Slice(target, start, stop, step, line);
  }

  private Optional<Expression> sliceBound() {
    return tokens.isOperator(":") || tokens.isOperator("]")
        ? Optional.empty()
        : Optional.of(expressions.expression());
  }

  Expression filtersAndTests(Expression target) {
    Expression value = target;
    for (int links = 0; ; tokens.chain(++links)) {
      if (tokens.isOperator("|")) {
        value = filters(value);
      } else if (tokens.isName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        int line = tokens.current().line();
        value = new Expression.Call(value, arguments(), line);
      } else {
        return value;
      }
    }
  }

  /// `| name(…) | name…` on a value.
  Expression filters(Expression target) {
    Expression value = target;
    for (int links = 0; tokens.skipOperator("|"); tokens.chain(++links)) {
      value = filter(value);
    }
    return value;
  }

  /// `name(…)`, the bar already read.
  Expression filter(Expression target) {
    Token name = tokens.expectName();
    Arguments arguments = tokens.isOperator("(") ? arguments() : Arguments.NONE;
    return new Expression.Filter(target, name.text(), arguments, name.line());
  }

  private Expression test(Expression target) {
    int line = tokens.next().line();
    boolean negated = tokens.skipName("not");
    String name = tokens.expectName().text();
    Arguments arguments = Arguments.NONE;
    if (tokens.isOperator("(")) {
      arguments = arguments();
    } else if (beginsTestArgument()) {
      if (tokens.isName("is")) {
        throw tokens.fail("You cannot chain multiple tests with is");
      }
      Expression only = postfix(primary());
      arguments = new Arguments(List.of(only), List.of(), Optional.empty(), Optional.empty());
    }
    Expression test = new Expression.Test(target, name, arguments, line);
    return negated ? new Expression.Not(test) : test;
  }

  private boolean beginsTestArgument() {
    return switch (tokens.current().kind()) {
      case NAME -> !tokens.isName("else") && !tokens.isName("or") && !tokens.isName("and");
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  Arguments arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<Named> named = new ArrayList<>();
    Optional<Expression> spread = Optional.empty();
    Optional<Expression> spreadNamed = Optional.empty();
    while (!tokens.isOperator(")")) {
      if (tokens.skipOperator("*")) {
        spread = Optional.of(expressions.expression());
      } else if (tokens.skipOperator("**")) {
        spreadNamed = Optional.of(expressions.expression());
      } else if (tokens.is(Kind.NAME) && tokens.following().isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        named.add(new Named(name, expressions.expression()));
      } else if (named.isEmpty() && spread.isEmpty() && spreadNamed.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw tokens.fail("invalid syntax for function call expression");
      }
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.expectOperator(")");
    return new Arguments(List.copyOf(positional), List.copyOf(named), spread, spreadNamed);
  }
}
