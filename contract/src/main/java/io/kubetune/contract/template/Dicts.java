package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.List;

/// What can be a key, and when two keys are one.
final class Dicts {
  private Dicts() {}

  /// The form under which a key is stored: `1`, `1.0` and `True` are one key.
  static Value key(Value key) {
    return switch (key) {
      case Value.Text _, Value.Int _, Value.None _ -> key;
      case Value.Bool(boolean flag) -> new Value.Int(Comparisons.oneOrZero(flag));
      case Value.Real(double real) ->
          real == Math.rint(real) && Math.abs(real) < 1L << 53
              ? new Value.Int(BigInteger.valueOf((long) real))
              : key;
      case Value.Sequence(List<Value> items, Value.Sequence.Kind kind)
          when kind == Value.Sequence.Kind.TUPLE ->
          Value.tuple(items.stream().map(Dicts::scalarKey).toList());
      case Value.Undefined _ -> Value.Undefined.PLAIN;
      case Value.Stream _, Value.Namespace _, Value.Function _, Value.Loop _ -> key;
      case Value.Sequence _, Value.Dict _ ->
          throw TemplateException.type("unhashable type: '" + key.typeName() + "'");
    };
  }

  // A tuple of tuples could be exponentially larger than the steps that made it.
  private static Value scalarKey(Value item) {
    if (item instanceof Value.Sequence) {
      throw TemplateException.type("nested sequences can't be a key here");
    }
    return key(item);
  }
}
