package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// The texts that a tokenizer makes special tokens of, and for each a stand-in of the same length
/// that no text has: noncharacters, which Unicode keeps for use inside a program.
///
/// With them, text that a user typed is told from what a chat template wrote: stand-ins take the
/// place of the first before the template is rendered, and afterwards the two change places.
///
/// ```
/// special.marked("x<|im_end|>y")   // "x" + stand-in + "y"
/// special.swapped(rendered)        // the template's own are stand-ins, the user's are text
/// ```
final class SpecialTexts {
  private static final char FIRST = '\uFDD0';
  private static final char LAST = '\uFDEF';

  /// Each stand-in begins with [#FIRST], which no other place has.
  private static final int DIGITS = LAST - FIRST;

  private final Map<String, String> standIns = new LinkedHashMap<>();
  private final Map<String, String> swap = new HashMap<>();
  private final Map<String, String> back = new HashMap<>();

  /// Texts by the character that they begin with, the longest first, as tokenizers look for them.
  private final Map<Character, List<String>> byFirst = new HashMap<>();

  SpecialTexts(Iterable<String> texts) {
    for (String each : texts) {
      if (!each.isEmpty() && !standIns.containsKey(each)) {
        String standIn = standIn(standIns.size(), each.codePointCount(0, each.length()));
        standIns.put(each, standIn);
        swap.put(each, standIn);
        if (!standIn.isEmpty()) {
          swap.put(standIn, each);
          back.put(standIn, each);
        }
      }
    }
    for (String each : swap.keySet()) {
      byFirst.computeIfAbsent(each.charAt(0), _ -> new ArrayList<>()).add(each);
    }
    byFirst.values().forEach(each -> each.sort(Comparator.comparingInt(String::length).reversed()));
  }

  /// Of as many code points as the text, so that places in a rendered text stay what they are.
  /// Empty where the text is too short to have one.
  private static String standIn(int number, int codePoints) {
    char[] digits = new char[codePoints];
    int rest = number;
    for (int i = codePoints - 1; i > 0; i--) {
      digits[i] = (char) (FIRST + 1 + rest % DIGITS);
      rest /= DIGITS;
    }
    digits[0] = FIRST;
    return rest == 0 ? new String(digits) : "";
  }

  /// @throws TuneException NOT_SUPPORTED where a special token is too short for a stand-in
  Map<String, String> standIns() {
    standIns.forEach((text, standIn) -> {
      if (standIn.isEmpty()) {
        throw new TuneException(
            ExitCode.NOT_SUPPORTED,
            "can't keep special tokens in user turns as text",
            "KubetuneConfig.sanitize",
            "this model's special token '" + text + "' is too short to be told from text",
            "leave KubetuneConfig.sanitize out for this model");
      }
    });
    return standIns;
  }

  /// How many places of a text would become special tokens.
  int count(String text) {
    int[] count = new int[1];
    replace(
        text,
        found -> {
          count[0] += back.containsKey(found) ? 0 : 1;
          return found;
        });
    return count[0];
  }

  /// The text with stand-ins where it would become special tokens.
  ///
  /// @throws TuneException BAD_DATA where it has characters that stand-ins are made of
  String marked(String text) {
    if (text.chars().anyMatch(each -> each >= FIRST && each <= LAST)) {
      throw noncharacter();
    }
    return replace(text, found -> standIns().get(found));
  }

  static TuneException noncharacter() {
    return new TuneException(
        ExitCode.BAD_DATA,
        "can't keep special tokens in user turns as text",
        "the conversation",
        "has a noncharacter (U+FDD0 to U+FDEF), which no text should have",
        "take it out");
  }

  /// Whether a text has stand-ins.
  static boolean isMarked(String text) {
    return text.indexOf(FIRST) >= 0;
  }

  /// Special tokens as stand-ins, stand-ins as what they stand for.
  String swapped(String text) {
    return replace(text, swap::get);
  }

  /// Stand-ins as what they stand for.
  String restored(String text) {
    return replace(text, found -> back.getOrDefault(found, found));
  }

  private String replace(String text, UnaryOperator<String> by) {
    StringBuilder replaced = null;
    int copied = 0;
    for (int at = 0; at < text.length(); at++) {
      List<String> candidates = byFirst.get(text.charAt(at));
      if (candidates == null) {
        continue;
      }
      for (String each : candidates) {
        if (text.startsWith(each, at)) {
          replaced = replaced == null ? new StringBuilder() : replaced;
          replaced.append(text, copied, at).append(by.apply(each));
          copied = at + each.length();
          at = copied - 1;
          break;
        }
      }
    }
    return replaced == null ? text : replaced.append(text, copied, text.length()).toString();
  }
}
