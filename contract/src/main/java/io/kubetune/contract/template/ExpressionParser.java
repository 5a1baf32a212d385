package io.kubetune.contract.template;

import io.kubetune.contract.template.Expression.Compared;
import io.kubetune.contract.template.Expression.Operation;
import io.kubetune.contract.template.Expression.Relation;
import io.kubetune.contract.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Parses expressions with Jinja's precedence, loosest first: `if else`, `or`, `and`, `not`,
/// comparisons, `+ -`, `~`, `* / // %`, `**`, signs, then calls, subscripts, filters and tests.
final class ExpressionParser {
  private final Tokens tokens;
  private final OperandParser operands;

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
    operands = new OperandParser(tokens, this);
  }

  OperandParser operands() {
    return operands;
  }

  Expression expression() {
    tokens.enter();
    Expression value = or();
    int links = 0;
    while (tokens.skipName("if")) {
      tokens.chain(++links);
      Expression test = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      value = new Expression.Conditional(test, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /// One expression, or a tuple where there is a comma.
  ///
  /// @param conditional whether `a if b` is read; not in `for … in … if …`
  /// @param stop a name that ends the tuple, or empty
  Expression tuple(boolean conditional, String stop, boolean inParentheses) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    while (!atTupleEnd(stop)) {
      items.add(conditional ? expression() : or());
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (comma || (items.isEmpty() && inParentheses)) {
      return new Expression.TupleOf(items);
    }
    if (items.isEmpty()) {
      throw tokens.fail("Expected an expression, got '" + tokens.current().describe() + "'");
    }
    return items.getFirst();
  }

  private boolean atTupleEnd(String stop) {
    return tokens.is(Kind.VARIABLE_END)
        || tokens.is(Kind.BLOCK_END)
        || tokens.isOperator(")")
        || (!stop.isEmpty() && tokens.isName(stop));
  }

  private Expression or() {
    Expression left = and();
    for (int links = 0; tokens.skipName("or"); tokens.chain(++links)) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    for (int links = 0; tokens.skipName("and"); tokens.chain(++links)) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression negated = new Expression.Not(not());
    tokens.leave();
    return negated;
  }

  private Expression comparison() {
    int line = tokens.current().line();
    Expression first = sum();
    List<Compared> rest = new ArrayList<>();
    for (Optional<Relation> next = relation(); next.isPresent(); next = relation()) {
      rest.add(new Compared(next.get(), sum()));
    }
    return rest.isEmpty() ? first : new Expression.Comparison(first, rest, line);
  }

  private Optional<Relation> relation() {
    for (Relation each : Relation.values()) {
      if (tokens.isOperator(each.sign)) {
        tokens.next();
        return Optional.of(each);
      }
    }
    if (tokens.skipName("in")) {
      return Optional.of(Relation.IN);
    }
    if (tokens.isName("not") && tokens.following().isName("in")) {
      tokens.next();
      tokens.next();
      return Optional.of(Relation.NOT_IN);
    }
    return Optional.empty();
  }

  private Expression sum() {
    Expression left = concatenation();
    for (int links = 0; tokens.isOperator("+") || tokens.isOperator("-"); tokens.chain(++links)) {
      Token sign = tokens.next();
      left = arithmetic(sign, left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    int line = tokens.current().line();
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1
        ? parts.getFirst()
        : new Expression.Concatenation(List.copyOf(parts), line);
  }

  private Expression product() {
    Expression left = power();
    for (int links = 0; isProductSign(); tokens.chain(++links)) {
      Token sign = tokens.next();
      left = arithmetic(sign, left, power());
    }
    return left;
  }

  private boolean isProductSign() {
    return tokens.isOperator("*")
        || tokens.isOperator("/")
        || tokens.isOperator("//")
        || tokens.isOperator("%");
  }

  private Expression power() {
    Expression left = unary(true);
    for (int links = 0; tokens.isOperator("**"); tokens.chain(++links)) {
      left = arithmetic(tokens.next(), left, unary(true));
    }
    return left;
  }

  private Expression arithmetic(Token sign, Expression left, Expression right) {
    for (Operation each : Operation.values()) {
      if (each.sign.equals(sign.text())) {
        return new Expression.Arithmetic(each, left, right, sign.line());
      }
    }
    throw tokens.fail("unexpected '" + sign.text() + "'");
  }

  private Expression unary(boolean filtered) {
    Expression value;
    if (tokens.isOperator("-") || tokens.isOperator("+")) {
      Token sign = tokens.next();
      tokens.enter();
      value = new Expression.Signed(sign.text().equals("-"), unary(false), sign.line());
      tokens.leave();
    } else {
      value = operands.primary();
    }
    value = operands.postfix(value);
    return filtered ? operands.filtersAndTests(value) : value;
  }
}
