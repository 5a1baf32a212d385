package io.kubetune.contract.template;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Python's numbers: conversion, arithmetic, and how they are written.
final class Numbers {
  /// Python refuses to write an int of more than 4300 digits (`sys.get_int_max_str_digits`), which
  /// are 14,285 bits; larger ones are refused here as soon as they are made.
  private static final int MAX_BITS = 14_285;

  private Numbers() {}

  static double real(Value number) {
    return switch (number) {
      case Value.Real(double real) -> real;
      case Value.Int(BigInteger integer) -> integer.doubleValue();
      case Value.Bool(boolean flag) -> flag ? 1 : 0;
      case Value.Undefined _,
          Value.None _,
          Value.Text _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type("must be real number, not " + number.typeName());
    };
  }

  static BigInteger integer(Value number) {
    return switch (number) {
      case Value.Int(BigInteger integer) -> integer;
      case Value.Bool(boolean flag) -> Comparisons.oneOrZero(flag);
      case Value.Real _,
          Value.Undefined _,
          Value.None _,
          Value.Text _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type(
              "'" + number.typeName() + "' object cannot be interpreted as an integer");
    };
  }

  static Value arithmetic(Expression.Operation operation, Value left, Value right) {
    return left instanceof Value.Real
            || right instanceof Value.Real
            || operation == Expression.Operation.DIVIDE
        ? new Value.Real(reals(operation, real(left), real(right)))
        : integers(operation, integer(left), integer(right));
  }

  private static double reals(Expression.Operation operation, double a, double b) {
    return switch (operation) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / notZero(b);
      case FLOOR_DIVIDE -> Math.floor(a / notZero(b));
      case REMAINDER -> {
        double rest = a % notZero(b);
        yield rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      }
      case POWER -> Math.pow(a, b);
    };
  }

  private static double notZero(double divisor) {
    if (divisor == 0) {
      throw TemplateException.value("division by zero");
    }
    return divisor;
  }

  private static Value integers(Expression.Operation operation, BigInteger a, BigInteger b) {
    return switch (operation) {
      case ADD -> bounded(a.add(b));
      case SUBTRACT -> bounded(a.subtract(b));
      case MULTIPLY -> bounded(a.multiply(b));
      case DIVIDE -> new Value.Real(a.doubleValue() / notZero(b.doubleValue()));
      case FLOOR_DIVIDE -> {
        notZero(b.signum());
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        yield new Value.Int(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
      }
      case REMAINDER -> {
        notZero(b.signum());
        BigInteger rest = a.remainder(b);
        yield new Value.Int(rest.signum() != 0 && rest.signum() != b.signum() ? rest.add(b) : rest);
      }
      case POWER -> power(a, b);
    };
  }

  private static Value power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return new Value.Real(Math.pow(base.doubleValue(), exponent.doubleValue()));
    }
    if (base.bitLength() > 1
        && exponent.multiply(BigInteger.valueOf(base.bitLength() - 1L)).bitLength() > 31) {
      throw tooLarge();
    }
    long bits = exponent.longValue() * (base.bitLength() - 1L);
    if (base.bitLength() > 1 && bits > MAX_BITS) {
      throw tooLarge();
    }
    // Of 0, 1 and -1 only the exponent's parity matters.
    int small =
        base.bitLength() > 1
            ? exponent.intValueExact()
            : exponent.signum() == 0 ? 0 : exponent.testBit(0) ? 1 : 2;
    return bounded(base.pow(small));
  }

  private static Value bounded(BigInteger number) {
    if (number.bitLength() > MAX_BITS) {
      throw tooLarge();
    }
    return new Value.Int(number);
  }

  private static TemplateException tooLarge() {
    return TemplateException.of(
        TemplateException.Kind.LIMIT, "an integer of more than 4300 digits");
  }

  /// `repr` of a float: the shortest digits that read back the same, with an exponent below 1e-4
  /// and from 1e16.
  static String write(double real) {
    if (Double.isNaN(real)) {
      return "nan";
    }
    if (Double.isInfinite(real)) {
      return real > 0 ? "inf" : "-inf";
    }
    if (real == 0) {
      return 1 / real < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(real)).stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (real < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
