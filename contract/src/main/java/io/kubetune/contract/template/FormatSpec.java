package io.kubetune.contract.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// How one value is written: Python's format specification, shared by `%` and `str.format`.
///
/// @param align `<`, `>`, `^`, or `=` (fill between sign and digits)
/// @param sign `+`, `-` or space
/// @param precision -1 where not given
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    boolean thousands,
    int width,
    int precision) {

  static int number(String digits, int otherwise) {
    if (digits == null || digits.isEmpty()) {
      return otherwise;
    }
    if (digits.length() > 9) {
      throw TemplateException.value("Too many decimal digits in format string");
    }
    return Integer.parseInt(digits);
  }

  /// @param conversion `s r a d i u f F e E g G x X o b c %` or `n`
  static String text(Value value, FormatSpec spec, char conversion, Budget budget) {
    String text =
        switch (conversion) {
          case 's' -> spec.cut(PythonText.str(value, budget));
          case 'r', 'a' -> spec.cut(PythonText.repr(value, budget));
          case 'c' ->
              value instanceof Value.Text(String one, boolean _)
                  ? one
                  : Character.toString(Passed.index(value));
          case 'd', 'i', 'u', 'n' -> spec.signed(spec.grouped(whole(value).toString()));
          case 'x' -> spec.signed(whole(value).toString(16));
          case 'X' -> spec.signed(whole(value).toString(16).toUpperCase(java.util.Locale.ROOT));
          case 'o' -> spec.signed(whole(value).toString(8));
          case 'b' -> spec.signed(whole(value).toString(2));
          case 'f', 'F' -> spec.signed(spec.grouped(spec.fixed(Numbers.real(value))));
          case '%' -> spec.signed(spec.fixed(Numbers.real(value) * 100)) + "%";
          case 'e', 'E' -> spec.signed(spec.scientific(Numbers.real(value), conversion));
          case 'g', 'G' -> spec.signed(spec.general(Numbers.real(value)));
          default ->
              throw TemplateException.value("unsupported format character '" + conversion + "'");
        };
    return spec.pad(text, budget);
  }

  private static BigInteger whole(Value value) {
    return value instanceof Value.Real(double real) && Double.isFinite(real)
        ? new BigDecimal(real).toBigInteger()
        : Numbers.integer(value);
  }

  private String cut(String text) {
    return precision < 0 || CodePoints.length(text) <= precision
        ? text
        : text.substring(0, CodePoints.offset(text, precision));
  }

  private String signed(String number) {
    return number.startsWith("-") || sign == '-' ? number : sign + number;
  }

  private String grouped(String number) {
    if (!thousands) {
      return number;
    }
    int point = number.indexOf('.') < 0 ? number.length() : number.indexOf('.');
    StringBuilder out = new StringBuilder(number);
    for (int i = point - 3; i > (number.startsWith("-") ? 1 : 0); i -= 3) {
      out.insert(i, ',');
    }
    return out.toString();
  }

  private int digits() {
    int digits = precision < 0 ? 6 : precision;
    if (digits > 1000) {
      throw TemplateException.of(TemplateException.Kind.LIMIT, "precision above 1000");
    }
    return digits;
  }

  private String fixed(double real) {
    return Double.isFinite(real)
        ? new BigDecimal(real).setScale(digits(), RoundingMode.HALF_EVEN).toPlainString()
        : Numbers.write(real);
  }

  private String scientific(double real, char exponent) {
    if (!Double.isFinite(real)) {
      return Numbers.write(real);
    }
    BigDecimal rounded =
        new BigDecimal(real).round(new MathContext(digits() + 1, RoundingMode.HALF_EVEN));
    int power = real == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String mantissa = rounded.scaleByPowerOfTen(-power).setScale(digits()).toPlainString();
    return mantissa + exponent + (power < 0 ? "-" : "+") + "%02d".formatted(Math.abs(power));
  }

  private String general(double real) {
    if (!Double.isFinite(real) || real == 0) {
      return real == 0 ? "0" : Numbers.write(real);
    }
    int significant = Math.max(1, digits());
    BigDecimal rounded =
        new BigDecimal(real).round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int power = rounded.precision() - rounded.scale() - 1;
    if (power >= -4 && power < significant) {
      BigDecimal plain = rounded.stripTrailingZeros();
      return plain.scale() < 0 ? plain.setScale(0).toPlainString() : plain.toPlainString();
    }
    BigDecimal mantissa = rounded.scaleByPowerOfTen(-power).stripTrailingZeros();
    return mantissa.toPlainString()
        + "e"
        + (power < 0 ? "-" : "+")
        + "%02d".formatted(Math.abs(power));
  }

  private String pad(String text, Budget budget) {
    int missing = width - CodePoints.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.characters(width);
    return switch (align) {
      case '<' -> text + fill.repeat(missing);
      case '^' -> fill.repeat(missing / 2) + text + fill.repeat(missing - missing / 2);
      case '=' -> {
        int digits = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
        yield text.substring(0, digits) + fill.repeat(missing) + text.substring(digits);
      }
      default -> fill.repeat(missing) + text;
    };
  }
}
