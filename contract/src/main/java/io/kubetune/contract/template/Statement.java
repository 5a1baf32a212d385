package io.kubetune.contract.template;

import java.util.List;
import java.util.Optional;

/// What a template does: text as it stands, `{{ … }}`, and the tags.
///
/// ```
/// {% for m in messages %}{{ m.role }}{% endfor %}
///   →   For(Name("m"), Name("messages"), body [Print(Attribute(Name("m"), "role"))])
/// ```
sealed interface Statement {
  record Data(String text) implements Statement {}

  record Print(Expression value, int line) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

  /// @param only the condition of `for … in … if …`
  record For(
      Target target,
      Expression items,
      Optional<Expression> only,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  /// `{% set x | filter %}…{% endset %}`.
  ///
  /// @param filtered the filters, applied to the name [#CAPTURED]
  record AssignBlock(Target target, Expression filtered, List<Statement> body, int line)
      implements Statement {}

  record DefineMacro(Macro macro) implements Statement {}

  /// `{% call(x) macro(…) %}…{% endcall %}`: the body is the macro's `caller`.
  record CallBlock(Macro caller, Expression.Call call, int line) implements Statement {}

  record FilterBlock(Expression filtered, List<Statement> body, int line) implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body)
      implements Statement {}

  /// `{% generation %}`: what the assistant says, by the template's own mark.
  record Generation(List<Statement> body, int line) implements Statement {}

  record Scoped(List<Statement> body) implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}

  /// `include`, `import`, `extends`: a chat template stands alone, as in transformers.
  record OtherTemplate(int line) implements Statement {}

  /// The name under which a block's text is handed to its filters; no identifier can be this.
  String CAPTURED = "(block)";

  record Branch(Expression test, List<Statement> body) {}

  record Parameter(String name, Optional<Expression> defaultValue) {}

  /// @param takesVarargs the body mentions `varargs`; so `kwargs`, and `caller`
  record Macro(
      String name,
      List<Parameter> parameters,
      List<Statement> body,
      boolean takesVarargs,
      boolean takesKwargs,
      boolean takesCaller) {}

  /// Where a value is stored.
  sealed interface Target {
    record Variable(String name) implements Target {}

    record Unpacked(List<Target> targets) implements Target {}

    /// `ns.name`, in `set` alone.
    record NamespaceAttribute(String namespace, String name) implements Target {}
  }
}
