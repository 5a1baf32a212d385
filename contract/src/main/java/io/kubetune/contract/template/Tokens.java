package io.kubetune.contract.template;

import io.kubetune.contract.template.Token.Kind;
import java.util.List;

/// The parser's place in a list of tokens.
final class Tokens {
  /// Expressions and blocks nested deeper than this are refused: the deepest chat templates nest
  /// about 12 levels, and each level takes a dozen stack frames.
  private static final int MAX_NESTING = 100;

  /// A chain such as `a + b + c` makes a tree as deep as it is long; more than this is no template.
  private static final int MAX_CHAIN = 400;

  private final List<Token> tokens;
  private int at;
  private int nesting;

  Tokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token next() {
    Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  Token following() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  boolean is(Kind kind) {
    return current().kind() == kind;
  }

  boolean isName(String name) {
    return current().isName(name);
  }

  boolean isOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean skipName(String name) {
    boolean there = isName(name);
    if (there) {
      next();
    }
    return there;
  }

  boolean skipOperator(String operator) {
    boolean there = isOperator(operator);
    if (there) {
      next();
    }
    return there;
  }

  Token expect(Kind kind, String what) {
    if (!is(kind)) {
      throw expected(what);
    }
    return next();
  }

  Token expectName() {
    return expect(Kind.NAME, "name");
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw expected(name);
    }
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw expected(operator);
    }
  }

  private TemplateException expected(String what) {
    return is(Kind.END)
        ? fail("unexpected end of template, expected '" + what + "'.")
        : fail("expected token '" + what + "', got '" + current().describe() + "'");
  }

  TemplateException fail(String message) {
    return new TemplateException(TemplateException.Kind.SYNTAX, message, current().line());
  }

  void enter() {
    if (++nesting > MAX_NESTING) {
      throw new TemplateException(
          TemplateException.Kind.LIMIT,
          "nested deeper than " + MAX_NESTING + " levels",
          current().line());
    }
  }

  void leave() {
    nesting--;
  }

  /// Call for each further operator of a chain.
  void chain(int links) {
    if (links > MAX_CHAIN) {
      throw new TemplateException(
          TemplateException.Kind.LIMIT,
          "more than " + MAX_CHAIN + " operators in a row",
          current().line());
    }
  }
}
