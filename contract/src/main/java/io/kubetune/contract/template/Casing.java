package io.kubetune.contract.template;

import java.util.Locale;

/// Python's letter cases where they differ from Java's.
final class Casing {
  private Casing() {}

  /// `str.capitalize`: the first character in title case, the rest in lower case.
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return title(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  // One character in title case; of those with no title form of their own (ß) the upper case's
  // first letter stays.
  private static String title(String one) {
    int point = one.codePointAt(0);
    if (Character.toTitleCase(point) != point) {
      return Character.toString(Character.toTitleCase(point));
    }
    String upper = one.toUpperCase(Locale.ROOT);
    return upper.length() > one.length()
        ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
        : upper;
  }

  /// `str.title`: each run of letters in title case.
  static String titled(String text) {
    StringBuilder out = new StringBuilder();
    boolean inWord = false;
    for (int point : text.codePoints().toArray()) {
      String one = Character.toString(point);
      out.append(inWord ? one.toLowerCase(Locale.ROOT) : title(one));
      inWord = isCased(point);
    }
    return out.toString();
  }

  /// Jinja's own filter `title`: words begin behind space, hyphen and opening brackets only.
  static String titledWords(String text) {
    StringBuilder out = new StringBuilder();
    boolean inWord = false;
    for (int point : text.codePoints().toArray()) {
      String one = Character.toString(point);
      out.append(inWord ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT));
      inWord = !Whitespace.is(point) && "-({[<".indexOf(point) < 0;
    }
    return out.toString();
  }

  static String swapped(String text) {
    StringBuilder out = new StringBuilder();
    for (int point : text.codePoints().toArray()) {
      String one = Character.toString(point);
      boolean upper = Character.isUpperCase(point);
      out.append(upper ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT));
    }
    return out.toString();
  }

  /// `str.casefold`: upper case and back folds what lower case alone keeps apart (ß and ss).
  static String folded(String text) {
    return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  static boolean isCased(int point) {
    return Character.isUpperCase(point)
        || Character.isLowerCase(point)
        || Character.isTitleCase(point);
  }

  static boolean isNumeric(int point) {
    return switch (Character.getType(point)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /// At least one cased character, and none of the other case.
  static boolean isAll(String text, boolean upper) {
    return text.codePoints().anyMatch(Casing::isCased)
        && text.codePoints()
            .filter(Casing::isCased)
            .allMatch(upper ? Character::isUpperCase : Character::isLowerCase);
  }

  static boolean isTitled(String text) {
    return text.codePoints().anyMatch(Casing::isCased) && titled(text).equals(text);
  }
}
