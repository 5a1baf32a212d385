package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `target.name` and `target[key]` by Jinja's rules: the first tries a method or attribute before
/// an item, the second the other way round; what is missing is undefined, not an error.
final class Attributes {
  private Attributes() {}

  static Value attribute(Value target, String name, Budget budget) {
    Comparisons.undefinedFails(target);
    return own(target, name, budget)
        .or(() -> Optional.ofNullable(item(target, Value.text(name), budget)))
        .orElseGet(() -> missing(target, name));
  }

  static Value subscript(Value target, Value key, Budget budget) {
    Comparisons.undefinedFails(target);
    Value item = item(target, key, budget);
    if (item != null) {
      return item;
    }
    if (key instanceof Value.Text(String name, boolean _)) {
      return own(target, name, budget).orElseGet(() -> missing(target, name));
    }
    return new Value.Undefined(
        objectName(target) + " has no element " + PythonText.repr(key, budget));
  }

  private static Value missing(Value target, String name) {
    return new Value.Undefined("'" + objectName(target) + "' has no attribute '" + name + "'");
  }

  /// How Jinja names a value in a message, for example `dict object`.
  static String objectName(Value value) {
    return value instanceof Value.None ? "None" : value.typeName() + " object";
  }

  private static Value item(Value target, Value key, Budget budget) {
    return target instanceof Value.Dict(Map<Value, Value> entries)
        ? dictItem(entries, key)
        : Slices.item(target, key, budget);
  }

  private static Value dictItem(Map<Value, Value> entries, Value key) {
    return key instanceof Value.Text ? entries.get(key) : entries.get(hashableOrNone(key));
  }

  // A key that can't be hashed is no key of the dict; Jinja then says undefined.
  private static Value hashableOrNone(Value key) {
    try {
      return Dicts.key(key);
    } catch (TemplateException e) {
      return Value.Undefined.PLAIN;
    }
  }

  /// Methods and attributes, without items.
  private static Optional<Value> own(Value target, String name, Budget budget) {
    return switch (target) {
      case Value.Text text -> StringMethods.method(text, name, budget);
      case Value.Dict dict -> dictMethod(dict, name, budget);
      case Value.Sequence sequence -> sequenceMethod(sequence, name, budget);
      case Value.Namespace namespace -> Optional.ofNullable(namespace.attributes.get(name));
      case Value.Loop(LoopState state) -> state.attribute(name, budget);
      case Value.Function(String own, Value.Function.Body _) ->
          name.equals("name") ? Optional.of(Value.text(own)) : Optional.empty();
      case Value.Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Stream _ ->
          Optional.empty();
    };
  }

  private static Optional<Value> dictMethod(Value.Dict dict, String name, Budget budget) {
    Value.Function.Body body =
        switch (name) {
          case "get" -> passed -> get(dict, passed);
          case "items" -> _ -> items(dict, budget);
          case "keys" -> _ -> view(dict.entries().keySet(), Value.Sequence.Kind.DICT_KEYS, budget);
          case "values" ->
              _ -> view(dict.entries().values(), Value.Sequence.Kind.DICT_VALUES, budget);
          case "copy" -> _ -> dict;
          case "clear", "pop", "popitem", "setdefault", "update" -> _ -> unsafe(dict, name);
          default -> null;
        };
    return Optional.ofNullable(body).map(each -> new Value.Function(name, each));
  }

  private static Value get(Value.Dict dict, Passed arguments) {
    Value[] given = arguments.bind("get", 1, "key", "default");
    Value found = dict.entries().get(Dicts.key(given[0]));
    return found != null ? found : given[1] != null ? given[1] : Value.None.NONE;
  }

  static Value.Sequence items(Value.Dict dict, Budget budget) {
    budget.steps(dict.entries().size());
    List<Value> pairs = new ArrayList<>(dict.entries().size());
    dict.entries().forEach((key, value) -> pairs.add(Value.tuple(key, value)));
    return new Value.Sequence(pairs, Value.Sequence.Kind.DICT_ITEMS);
  }

  private static Value view(
      java.util.Collection<Value> values, Value.Sequence.Kind kind, Budget budget) {
    budget.steps(values.size());
    return new Value.Sequence(List.copyOf(values), kind);
  }

  private static Optional<Value> sequenceMethod(
      Value.Sequence sequence, String name, Budget budget) {
    if (!sequence.kind().hasIndex()) {
      return Optional.empty();
    }
    if (sequence.kind() == Value.Sequence.Kind.GROUP) {
      return switch (name) {
        case "grouper" -> Optional.of(sequence.items().get(0));
        case "list" -> Optional.of(sequence.items().get(1));
        default -> Optional.empty();
      };
    }
    Value.Function.Body body =
        switch (name) {
          case "index" -> passed -> indexOf(sequence, passed, budget);
          case "count" -> passed -> count(sequence, passed, budget);
          case "copy" -> sequence.kind() == Value.Sequence.Kind.LIST ? _ -> sequence : null;
          case "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove" ->
              sequence.kind() == Value.Sequence.Kind.LIST ? _ -> unsafe(sequence, name) : null;
          default -> null;
        };
    return Optional.ofNullable(body).map(each -> new Value.Function(name, each));
  }

  /// The sandbox lets templates read values, not change them.
  private static Value unsafe(Value target, String name) {
    throw TemplateException.of(
        TemplateException.Kind.SECURITY,
        "access to attribute '" + name + "' of '" + target.typeName() + "' object is unsafe.");
  }

  private static Value indexOf(Value.Sequence sequence, Passed arguments, Budget budget) {
    Value wanted = arguments.bind("index", 1, "value")[0];
    for (int i = 0; i < sequence.items().size(); i++) {
      if (Comparisons.equal(sequence.items().get(i), wanted, budget)) {
        return Value.Int.of(i);
      }
    }
    throw TemplateException.value(PythonText.repr(wanted, budget) + " is not in list");
  }

  private static Value count(Value.Sequence sequence, Passed arguments, Budget budget) {
    Value wanted = arguments.bind("count", 1, "value")[0];
    return Value.Int.of(
        sequence.items().stream().filter(each -> Comparisons.equal(each, wanted, budget)).count());
  }
}
