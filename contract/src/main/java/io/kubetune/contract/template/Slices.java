package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.List;

/// Subscripts and slices of sequences: negative positions count from the end, a slice's bounds are
/// clamped.
final class Slices {
  private Slices() {}

  /// @param count how many positions from `first` in steps of `step`
  record Range(int first, int step, int count) {
    int at(int i) {
      return first + i * step;
    }
  }

  /// `[start:stop:step]` on so many items; null is an absent bound.
  static Range range(int length, Value start, Value stop, Value step) {
    int stride = Passed.index(step, 1);
    if (stride == 0) {
      throw TemplateException.value("slice step cannot be zero");
    }
    int low = stride > 0 ? 0 : -1;
    int high = stride > 0 ? length : length - 1;
    int first = bound(start, length, low, high, stride > 0 ? low : high);
    int end = bound(stop, length, low, high, stride > 0 ? high : low);
    long span = stride > 0 ? (long) end - first : (long) first - end;
    long count = span <= 0 ? 0 : (span - 1) / Math.abs((long) stride) + 1;
    return new Range(count == 0 ? Math.max(first, 0) : first, stride, (int) count);
  }

  private static int bound(Value given, int length, int low, int high, int otherwise) {
    if (given == null || given instanceof Value.None) {
      return otherwise;
    }
    int position = Passed.index(given);
    return Math.clamp(position < 0 ? (long) position + length : position, low, high);
  }

  static Value slice(Value target, Value start, Value stop, Value step, Budget budget) {
    Comparisons.undefinedFails(target);
    if (target instanceof Value.Text(String text, boolean safe)) {
      budget.characters(text.length());
      Range range = range(CodePoints.length(text), start, stop, step);
      return new Value.Text(CodePoints.slice(text, range), safe);
    }
    if (target instanceof Value.Sequence(List<Value> items, Value.Sequence.Kind kind)
        && kind.hasIndex()) {
      Range range = range(items.size(), start, stop, step);
      budget.steps(range.count());
      List<Value> picked = new ArrayList<>(range.count());
      for (int i = 0; i < range.count(); i++) {
        picked.add(items.get(range.at(i)));
      }
      return new Value.Sequence(picked, kind);
    }
    throw TemplateException.type(
        target instanceof Value.Dict
            ? "unhashable type: 'slice'"
            : "'" + target.typeName() + "' object is not subscriptable");
  }

  /// `target[index]` of text or a sequence, or null where there is no such position.
  static Value item(Value target, Value index, Budget budget) {
    if (!(index instanceof Value.Int) && !(index instanceof Value.Bool)) {
      return null;
    }
    int position = Passed.index(index);
    return switch (target) {
      case Value.Text(String text, boolean safe) -> {
        budget.steps(text.length() / 16);
        int length = CodePoints.length(text);
        int from = position < 0 ? position + length : position;
        yield from < 0 || from >= length
            ? null
            : new Value.Text(
                Character.toString(text.codePointAt(CodePoints.offset(text, from))), safe);
      }
      case Value.Sequence(List<Value> items, Value.Sequence.Kind kind) -> {
        int from = position < 0 ? position + items.size() : position;
        yield !kind.hasIndex() || from < 0 || from >= items.size() ? null : items.get(from);
      }
      case Value.Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          null;
    };
  }
}
