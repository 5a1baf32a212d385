package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// What a for loop and most filters go over, and how long it is.
final class Iteration {
  private Iteration() {}

  static List<Value> list(Value value, Budget budget) {
    List<Value> items =
        switch (value) {
          case Value.Sequence(List<Value> own, Value.Sequence.Kind _) -> own;
          case Value.Text(String text, boolean _) -> CodePoints.characters(text);
          case Value.Dict(Map<Value, Value> entries) -> List.copyOf(entries.keySet());
          case Value.Undefined _ -> List.of();
          case Value.Stream(Iterator<Value> rest) -> {
            List<Value> all = new ArrayList<>();
            rest.forEachRemaining(all::add);
            yield all;
          }
          case Value.None _,
              Value.Bool _,
              Value.Int _,
              Value.Real _,
              Value.Namespace _,
              Value.Function _,
              Value.Loop _ ->
              throw TemplateException.type("'" + value.typeName() + "' object is not iterable");
        };
    budget.steps(items.size());
    return items;
  }

  static int length(Value value, Budget budget) {
    return switch (value) {
      case Value.Sequence(List<Value> items, Value.Sequence.Kind _) -> items.size();
      case Value.Text(String text, boolean _) -> {
        budget.steps(text.length() / 16);
        yield CodePoints.length(text);
      }
      case Value.Dict(Map<Value, Value> entries) -> entries.size();
      case Value.Undefined _ -> 0;
      case Value.Stream _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type("object of type '" + value.typeName() + "' has no len()");
    };
  }
}
