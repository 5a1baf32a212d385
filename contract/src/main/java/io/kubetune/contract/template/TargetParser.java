package io.kubetune.contract.template;

import io.kubetune.contract.template.Statement.Parameter;
import io.kubetune.contract.template.Statement.Target;
import io.kubetune.contract.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Parses names that receive values: targets of `set` and `for`, parameters of macros.
final class TargetParser {
  private final Tokens tokens;
  private final ExpressionParser expressions;

  TargetParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.isOperator(")")) {
      String name = tokens.expectName().text();
      Optional<Expression> defaultValue =
          tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
      if (defaultValue.isEmpty()
          && parameters.stream().anyMatch(each -> each.defaultValue().isPresent())) {
        throw tokens.fail("non-default argument follows default argument");
      }
      parameters.add(new Parameter(name, defaultValue));
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.expectOperator(")");
    return List.copyOf(parameters);
  }

  /// `name`, `a, b`, `(a, b)`, and `ns.name` where a namespace may be set.
  Target target(String stop, boolean namespaces) {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    while (!tokens.is(Kind.BLOCK_END) && !tokens.isOperator(")") && !tokens.isName(stop)) {
      targets.add(oneTarget(namespaces));
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (targets.isEmpty()) {
      throw tokens.fail("Expected an expression, got '" + tokens.current().describe() + "'");
    }
    return comma ? new Target.Unpacked(List.copyOf(targets)) : targets.getFirst();
  }

  private Target oneTarget(boolean namespaces) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = target("", namespaces);
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expectName().text();
    if (namespaces && tokens.skipOperator(".")) {
      return new Target.NamespaceAttribute(name, tokens.expectName().text());
    }
    return switch (name) {
      case "true", "True", "false", "False", "none", "None" ->
          throw tokens.fail("can't assign to 'const'");
      default -> new Target.Variable(name);
    };
  }
}
