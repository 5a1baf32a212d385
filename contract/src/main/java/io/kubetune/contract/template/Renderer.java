package io.kubetune.contract.template;

import io.kubetune.contract.template.Statement.Macro;
import io.kubetune.contract.template.Statement.Parameter;
import io.kubetune.contract.template.Statement.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs a template's statements, writing text.
final class Renderer {
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Evaluator evaluator;
  private final Budget budget;
  private final Output root;
  private final Scope globals;
  private final List<ChatTemplate.Span> generated = new ArrayList<>();

  Renderer(Evaluator evaluator, Scope globals) {
    this.evaluator = evaluator;
    this.globals = globals;
    budget = evaluator.environment().budget();
    root = new Output(budget);
  }

  ChatTemplate.Rendered render(List<Statement> body) {
    run(body, globals, root);
    return new ChatTemplate.Rendered(root.toString(), List.copyOf(generated));
  }

  private Flow run(List<Statement> body, Scope scope, Output out) {
    for (Statement each : body) {
      Flow flow = run(each, scope, out);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow run(Statement statement, Scope scope, Output out) {
    budget.steps(1);
    switch (statement) {
      case Statement.Data(String text) -> out.write(text);
      case Statement.Print(Expression value, int line) -> {
        evaluator.reached(line);
        out.write(PythonText.str(evaluator.value(value, scope), budget));
      }
      case Statement.If choice -> {
        return choose(choice, scope, out);
      }
      case Statement.For loop -> loop(loop, items(loop, scope), 1, scope, out);
      case Statement.Assign(Target target, Expression value, int line) -> {
        evaluator.reached(line);
        assign(target, evaluator.value(value, scope), scope);
      }
      case Statement.AssignBlock(
              Target target,
              Expression filtered,
              List<Statement> body,
              int line) ->
          assign(target, filtered(filtered, body, scope, line), scope);
      case Statement.FilterBlock(Expression filtered, List<Statement> body, int line) ->
          out.write(PythonText.str(filtered(filtered, body, scope, line), budget));
      case Statement.DefineMacro(Macro macro) -> scope.set(macro.name(), function(macro, scope));
      case Statement.CallBlock block -> out.write(call(block, scope));
      case Statement.With with -> with(with, scope, out);
      case Statement.Generation(List<Statement> body, int line) -> {
        evaluator.reached(line);
        generation(body, scope, out);
      }
      case Statement.Scoped(List<Statement> body) -> run(body, scope.inner(), out);
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
      case Statement.OtherTemplate(int line) -> {
        evaluator.reached(line);
        throw TemplateException.type("no loader for this environment specified");
      }
    }
    return Flow.NEXT;
  }

  private Flow choose(Statement.If choice, Scope scope, Output out) {
    for (Statement.Branch each : choice.branches()) {
      if (evaluator.value(each.test(), scope).truth()) {
        return run(each.body(), scope, out);
      }
    }
    return run(choice.otherwise(), scope, out);
  }

  private List<Value> items(Statement.For loop, Scope scope) {
    evaluator.reached(loop.line());
    return Iteration.list(evaluator.value(loop.items(), scope), budget);
  }

  private void loop(Statement.For loop, List<Value> all, int depth, Scope scope, Output out) {
    LoopState state = new LoopState(kept(loop, all, scope), depth, recursion(loop, scope));
    boolean any = false;
    while (state.advance()) {
      any = true;
      budget.steps(1);
      Scope turn = scope.inner();
      assign(loop.target(), state.item(), turn);
      turn.set("loop", new Value.Loop(state));
      if (run(loop.body(), turn, out) == Flow.BREAK) {
        break;
      }
    }
    if (!any) {
      run(loop.otherwise(), scope.inner(), out);
    }
  }

  /// The items that `for … if …` lets through.
  private List<Value> kept(Statement.For loop, List<Value> all, Scope scope) {
    if (loop.only().isEmpty()) {
      return all;
    }
    List<Value> kept = new ArrayList<>();
    for (Value each : all) {
      Scope turn = scope.inner();
      assign(loop.target(), each, turn);
      if (evaluator.value(loop.only().get(), turn).truth()) {
        kept.add(each);
      }
    }
    return kept;
  }

  private Optional<LoopState.Recursion> recursion(Statement.For loop, Scope scope) {
    if (!loop.recursive()) {
      return Optional.empty();
    }
    return Optional.of((items, depth) -> {
      Output inner = new Output(budget);
      loop(loop, Iteration.list(items, budget), depth, scope, inner);
      return Value.text(inner.toString());
    });
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable(String name) -> scope.set(name, value);
      case Target.Unpacked(List<Target> targets) -> {
        List<Value> items = Iteration.list(value, budget);
        if (items.size() != targets.size()) {
          throw TemplateException.value(
              items.size() < targets.size()
                  ? "not enough values to unpack (expected "
                      + targets.size()
                      + ", got "
                      + items.size()
                      + ")"
                  : "too many values to unpack (expected " + targets.size() + ")");
        }
        for (int i = 0; i < items.size(); i++) {
          assign(targets.get(i), items.get(i), scope);
        }
      }
      case Target.NamespaceAttribute(String owner, String name) ->
          setAttribute(scope.find(owner), name, value);
    }
  }

  private static void setAttribute(Value owner, String name, Value value) {
    if (!(owner instanceof Value.Namespace namespace)) {
      throw TemplateException.type("cannot assign attribute on non-namespace object");
    }
    Globals.checkNamespaceName(name);
    namespace.attributes.put(name, value);
  }

  private String text(List<Statement> body, Scope scope) {
    Output out = new Output(budget);
    run(body, scope.inner(), out);
    return out.toString();
  }

  private Value filtered(Expression filtered, List<Statement> body, Scope scope, int line) {
    Scope captured = scope.inner();
    captured.set(Statement.CAPTURED, Value.text(text(body, scope)));
    evaluator.reached(line);
    return evaluator.value(filtered, captured);
  }

  private void with(Statement.With with, Scope scope, Output out) {
    Scope inner = scope.inner();
    for (int i = 0; i < with.targets().size(); i++) {
      assign(with.targets().get(i), evaluator.value(with.values().get(i), scope), inner);
    }
    run(with.body(), inner, out);
  }

  private void generation(List<Statement> body, Scope scope, Output out) {
    String text = text(body, scope);
    // transformers takes what the whole template has written so far for the start, also where the
    // block stands in a macro.
    int start = root.codePoints();
    generated.add(new ChatTemplate.Span(start, start + CodePoints.length(text)));
    out.write(text);
  }

  private String call(Statement.CallBlock block, Scope scope) {
    Expression.Call call = block.call();
    Passed passed = evaluator.passed(call.arguments(), scope);
    Map<String, Value> named = new LinkedHashMap<>(passed.named());
    named.put("caller", function(block.caller(), scope));
    Value target = evaluator.value(call.target(), scope);
    Value result = evaluator.call(target, new Passed(passed.positional(), named), block.line());
    return PythonText.str(result, budget);
  }

  private Value function(Macro macro, Scope scope) {
    return new Value.Function(macro.name(), passed -> Value.text(callMacro(macro, passed, scope)));
  }

  private String callMacro(Macro macro, Passed passed, Scope scope) {
    Scope inner = scope.inner();
    Map<String, Value> rest = new LinkedHashMap<>(passed.named());
    List<Parameter> parameters = macro.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Value value = i < passed.positional().size() ? passed.positional().get(i) : null;
      Value named = rest.remove(parameter.name());
      if (value != null && named != null) {
        throw TemplateException.type(
            "macro '"
                + macro.name()
                + "' got multiple values for argument '"
                + parameter.name()
                + "'");
      }
      value = value == null ? named : value;
      inner.set(parameter.name(), value == null ? absent(parameter, inner) : value);
    }
    surplus(macro, passed, rest, inner);
    Output out = new Output(budget);
    run(macro.body(), inner, out);
    return out.toString();
  }

  private Value absent(Parameter parameter, Scope inner) {
    return parameter.defaultValue().isPresent()
        ? evaluator.value(parameter.defaultValue().get(), inner)
        : new Value.Undefined("parameter '" + parameter.name() + "' was not provided");
  }

  /// Arguments that no parameter takes: varargs, kwargs and caller where the body uses them.
  private static void surplus(Macro macro, Passed passed, Map<String, Value> rest, Scope inner) {
    int parameters = macro.parameters().size();
    if (macro.takesCaller() && !isParameter(macro, "caller")) {
      Value caller = rest.remove("caller");
      inner.set("caller", caller == null ? new Value.Undefined("No caller defined") : caller);
    }
    if (macro.takesVarargs()) {
      List<Value> more =
          passed.positional().size() > parameters
              ? passed.positional().subList(parameters, passed.positional().size())
              : List.of();
      inner.set("varargs", Value.tuple(more));
    } else if (passed.positional().size() > parameters) {
      throw TemplateException.type(
          "macro '" + macro.name() + "' takes not more than " + parameters + " argument(s)");
    }
    if (macro.takesKwargs()) {
      inner.set("kwargs", ValueFilters.dict(rest));
    } else if (!rest.isEmpty()) {
      throw TemplateException.type(
          rest.containsKey("caller")
              ? "macro '"
                  + macro.name()
                  + "' was invoked with two values for the special caller argument."
                  + " This is most likely a bug."
              : "macro '"
                  + macro.name()
                  + "' takes no keyword argument '"
                  + rest.keySet().iterator().next()
                  + "'");
    }
  }

  private static boolean isParameter(Macro macro, String name) {
    return macro.parameters().stream().anyMatch(each -> each.name().equals(name));
  }
}
