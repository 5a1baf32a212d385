package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.List;

/// The methods of `str` that fill text up to a width: ljust, rjust, center, zfill, expandtabs.
final class Padding {
  private Padding() {}

  /// @param align `<`, `>` or `^`: where the text goes
  static Value pad(String self, Passed arguments, char align, Budget budget) {
    Value[] given = arguments.bind("just", 1, "width", "fillchar");
    String fill = given[1] == null ? " " : Passed.text(given[1], "the fill character");
    int missing = Passed.index(given[0]) - CodePoints.length(self);
    if (missing <= 0) {
      return Value.text(self);
    }
    budget.characters(missing);
    // CPython puts the odd one to the left where the width is odd too.
    int before =
        switch (align) {
          case '<' -> 0;
          case '>' -> missing;
          default -> missing / 2 + (missing & Passed.index(given[0]) & 1);
        };
    return Value.text(fill.repeat(before) + self + fill.repeat(missing - before));
  }

  static Value zeroFill(String self, Passed arguments, Budget budget) {
    int missing = Passed.index(arguments.bind("zfill", 1, "width")[0]) - CodePoints.length(self);
    if (missing <= 0) {
      return Value.text(self);
    }
    budget.characters(missing);
    int sign = self.startsWith("-") || self.startsWith("+") ? 1 : 0;
    return Value.text(self.substring(0, sign) + "0".repeat(missing) + self.substring(sign));
  }

  static Value expandTabs(String self, Passed arguments, Budget budget) {
    int size = Math.max(0, Passed.index(arguments.bind("expandtabs", 0, "tabsize")[0], 8));
    List<String> lines = new ArrayList<>();
    for (String line : self.split("\n", -1)) {
      StringBuilder out = new StringBuilder();
      for (String part : line.split("(?<=\t)", -1)) {
        boolean tab = part.endsWith("\t");
        out.append(tab ? part.substring(0, part.length() - 1) : part);
        int fill = tab && size > 0 ? size - CodePoints.length(out.toString()) % size : 0;
        budget.characters(fill + (long) out.length());
        out.repeat(' ', fill);
      }
      lines.add(out.toString());
    }
    return Value.text(String.join("\n", lines));
  }
}
