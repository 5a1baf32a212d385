package io.kubetune.contract.template;

import io.kubetune.contract.template.Statement.Branch;
import io.kubetune.contract.template.Statement.Macro;
import io.kubetune.contract.template.Statement.Parameter;
import io.kubetune.contract.template.Statement.Target;
import io.kubetune.contract.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Parses a template's tags into statements.
///
/// ```
/// List<Statement> body = Parser.parse("{% for m in messages %}{{ m.content }}{% endfor %}");
/// ```
final class Parser {
  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final TargetParser targets;
  // Loops around this place, in the same macro: break and continue need one.
  private int loops;

  private Parser(Tokens tokens) {
    this.tokens = tokens;
    expressions = new ExpressionParser(tokens);
    targets = new TargetParser(tokens, expressions);
  }

  static List<Statement> parse(String template) {
    Parser parser = new Parser(new Tokens(Lexer.tokens(template)));
    List<Statement> body = parser.statements();
    if (!parser.tokens.is(Kind.END)) {
      throw parser.tokens.fail("Encountered unknown tag '" + parser.tokens.current().text() + "'.");
    }
    return body;
  }

  /// Statements up to the end or to a tag that is none of these; that tag's name is then current.
  private List<Statement> statements() {
    List<Statement> body = new ArrayList<>();
    while (!tokens.is(Kind.END)) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Data(token.text()));
        case VARIABLE_BEGIN -> {
          body.add(new Statement.Print(expressions.tuple(true, "", false), token.line()));
          tokens.expect(Kind.VARIABLE_END, "end of print statement");
        }
        case BLOCK_BEGIN -> {
          tokens.enter();
          boolean known = statement(body);
          tokens.leave();
          if (!known) {
            return List.copyOf(body);
          }
        }
        case VARIABLE_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END ->
            throw new IllegalStateException("token outside a tag: " + token);
      }
    }
    return List.copyOf(body);
  }

  /// Reads one tag into `body`; false where the current name begins no statement.
  private boolean statement(List<Statement> body) {
    if (!tokens.is(Kind.NAME)) {
      throw tokens.fail("tag name expected");
    }
    int line = tokens.current().line();
    switch (tokens.current().text()) {
      case "if" -> body.add(ifStatement());
      case "for" -> body.add(forStatement(line));
      case "set" -> body.add(setStatement(line));
      case "macro" -> body.add(macroStatement());
      case "call" -> body.add(callStatement(line));
      case "filter" -> body.add(filterStatement(line));
      case "with" -> body.add(withStatement());
      case "generation" -> body.add(generationStatement(line));
      case "block" -> body.add(blockStatement());
      case "autoescape" -> body.add(autoescapeStatement());
      case "print" -> printStatement(body);
      case "break" -> body.add(loopControl(new Statement.Break()));
      case "continue" -> body.add(loopControl(new Statement.Continue()));
      case "include", "import", "from", "extends" -> body.add(otherTemplate(line));
      default -> {
        return false;
      }
    }
    endOfTag();
    return true;
  }

  private void endOfTag() {
    tokens.expect(Kind.BLOCK_END, "end of statement block");
  }

  /// The body of the tag that ends here, up to the one of `ends`, whose name is then current.
  private List<Statement> body(String... ends) {
    tokens.skipOperator(":");
    endOfTag();
    List<Statement> body = statements();
    for (String end : ends) {
      if (tokens.isName(end)) {
        return body;
      }
    }
    String looking = "Jinja was looking for the following tags: " + String.join(" or ", ends) + ".";
    throw tokens.fail(
        (tokens.is(Kind.END)
                ? "Unexpected end of template. "
                : "Encountered unknown tag '" + tokens.current().text() + "'. ")
            + looking);
  }

  private List<Statement> bodyTo(String end) {
    List<Statement> body = body(end);
    tokens.next();
    return body;
  }

  /// A body that is a function of its own: break does not reach a loop outside it.
  private List<Statement> separateBlock(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = bodyTo(end);
    loops = outer;
    return body;
  }

  private Statement ifStatement() {
    List<Branch> branches = new ArrayList<>();
    do {
      tokens.next();
      Expression test = expressions.tuple(false, "", false);
      branches.add(new Branch(test, body("elif", "else", "endif")));
    } while (tokens.isName("elif"));
    List<Statement> otherwise = List.of();
    if (tokens.skipName("else")) {
      otherwise = bodyTo("endif");
    } else {
      tokens.next();
    }
    return new Statement.If(List.copyOf(branches), otherwise);
  }

  private Statement forStatement(int line) {
    tokens.next();
    Target target = targets.target("in", false);
    tokens.expectName("in");
    Expression items = expressions.tuple(false, "recursive", false);
    Optional<Expression> only =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    loops++;
    List<Statement> body = body("endfor", "else");
    loops--;
    List<Statement> otherwise = List.of();
    if (tokens.skipName("else")) {
      otherwise = bodyTo("endfor");
    } else {
      tokens.next();
    }
    return new Statement.For(target, items, only, recursive, body, otherwise, line);
  }

  private Statement setStatement(int line) {
    tokens.next();
    Target target = targets.target("", true);
    if (tokens.skipOperator("=")) {
      return new Statement.Assign(target, expressions.tuple(true, "", false), line);
    }
    Expression filtered =
        expressions.operands().filters(new Expression.Name(Statement.CAPTURED, line));
    return new Statement.AssignBlock(target, filtered, bodyTo("endset"), line);
  }

  private Statement macroStatement() {
    tokens.next();
    String name = tokens.expectName().text();
    return new Statement.DefineMacro(macro(name, targets.parameters(), "endmacro"));
  }

  private Macro macro(String name, List<Parameter> parameters, String end) {
    Set<String> seen = new HashSet<>();
    Set<String> outer = expressions.operands().swapNamesSeen(seen);
    List<Statement> body = separateBlock(end);
    expressions.operands().swapNamesSeen(outer);
    outer.addAll(seen);
    return new Macro(
        name,
        parameters,
        body,
        seen.contains("varargs"),
        seen.contains("kwargs"),
        seen.contains("caller"));
  }

  private Statement callStatement(int line) {
    tokens.next();
    List<Parameter> parameters = tokens.isOperator("(") ? targets.parameters() : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw tokens.fail("expected call");
    }
    return new Statement.CallBlock(macro("caller", parameters, "endcall"), call, line);
  }

  private Statement filterStatement(int line) {
    tokens.next();
    Expression captured = new Expression.Name(Statement.CAPTURED, line);
    Expression filtered = expressions.operands().filters(expressions.operands().filter(captured));
    return new Statement.FilterBlock(filtered, bodyTo("endfilter"), line);
  }

  private Statement generationStatement(int line) {
    tokens.next();
    return new Statement.Generation(separateBlock("endgeneration"), line);
  }

  private Statement withStatement() {
    tokens.next();
    List<Target> names = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.is(Kind.BLOCK_END)) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      names.add(targets.target("", false));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(List.copyOf(names), List.copyOf(values), bodyTo("endwith"));
  }

  private Statement blockStatement() {
    tokens.next();
    String name = tokens.expectName().text();
    tokens.skipName("scoped");
    tokens.skipName("required");
    List<Statement> body = bodyTo("endblock");
    tokens.skipName(name);
    return new Statement.Scoped(body);
  }

  private Statement autoescapeStatement() {
    tokens.next();
    if (!tokens.skipName("false") && !tokens.skipName("False")) {
      throw tokens.fail("autoescape can only be false: chat templates are no HTML");
    }
    return new Statement.Scoped(bodyTo("endautoescape"));
  }

  private void printStatement(List<Statement> body) {
    int line = tokens.next().line();
    while (!tokens.is(Kind.BLOCK_END)) {
      body.add(new Statement.Print(expressions.expression(), line));
      if (!tokens.is(Kind.BLOCK_END)) {
        tokens.expectOperator(",");
      }
    }
  }

  private Statement loopControl(Statement control) {
    if (loops == 0) {
      throw tokens.fail("'" + tokens.current().text() + "' outside loop");
    }
    tokens.next();
    return control;
  }

  private Statement otherTemplate(int line) {
    while (!tokens.is(Kind.BLOCK_END) && !tokens.is(Kind.END)) {
      tokens.next();
    }
    return new Statement.OtherTemplate(line);
  }
}
