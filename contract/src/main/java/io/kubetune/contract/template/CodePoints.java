package io.kubetune.contract.template;

import java.util.AbstractList;
import java.util.List;

/// Text counted as Python counts it: by code points, not by UTF-16 units.
final class CodePoints {
  private CodePoints() {}

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The UTF-16 position of a code point.
  static int offset(String text, int codePoint) {
    return text.offsetByCodePoints(0, codePoint);
  }

  static int indexOf(String text, int utf16) {
    return utf16 < 0 ? -1 : text.codePointCount(0, utf16);
  }

  /// Each character as a text of its own.
  static List<Value> characters(String text) {
    int[] points = text.codePoints().toArray();
    return new AbstractList<>() {
      @Override
      public Value get(int index) {
        return Value.text(Character.toString(points[index]));
      }

      @Override
      public int size() {
        return points.length;
      }
    };
  }

  /// `text[start:stop:step]`.
  static String slice(String text, Slices.Range range) {
    if (range.step() == 1) {
      int begin = offset(text, range.first());
      return text.substring(begin, text.offsetByCodePoints(begin, range.count()));
    }
    int[] points = text.codePoints().toArray();
    StringBuilder out = new StringBuilder(range.count());
    for (int i = 0; i < range.count(); i++) {
      out.appendCodePoint(points[range.at(i)]);
    }
    return out.toString();
  }
}
