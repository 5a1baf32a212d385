package io.kubetune.cli.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SplittableRandom;

/// Lines of JSON that are mostly rows: with every kind of value and escape, and some of them
/// damaged by a byte or two. The same ones for the same seed.
///
/// ```
/// byte[] line = new RandomRows(7).line();
/// ```
final class RandomRows {
  private static final List<String> TEXTS =
      List.of(
          "a plain text that is longer than eight bytes",
          "short",
          " ",
          "",
          "é",
          "привет",
          "你好",
          "😀",
          "\u2028",
          "\u007f",
          "\u00a0",
          "\u3000",
          "\u1680",
          "\ufeff",
          "\\n",
          "\\t",
          "\\\"",
          "\\\\",
          "\\/",
          "\\b\\f\\r",
          "\\u0022",
          "\\u005C",
          "\\u00e9",
          "\\u3000",
          "\\u4F60",
          "\\u001f",
          "\\u0009",
          "\\ud83d\\uDE00");

  /// Of them no row can be made, or another one.
  private static final List<String> WRONG =
      List.of(
          "\\ud83d",
          "\\ude00 ",
          "\\x",
          "\\u12",
          "\u0001",
          "\"",
          "{",
          "]",
          ",",
          ":",
          "\\",
          "-",
          "0");

  private static final List<String> SCALARS =
      List.of(
          "0", "12", "-7", "123456789012345678901", "true", "false", "null", "-0", "1.50", "1e5");

  private static final List<String> WRONG_SCALARS =
      List.of("01", "1.", "truefalse", "NaN", "+1", "-", "{\"a\":1,\"a\":1}");

  private static final List<String> ROLES =
      List.of("user", "assistant", "system", "tool", "human", "gpt", "bot");

  private final SplittableRandom random;

  RandomRows(long seed) {
    random = new SplittableRandom(seed);
  }

  /// One line, without its end.
  byte[] line() {
    byte[] line = (oneIn(2) ? conversation() : texts()).getBytes(UTF_8);
    return oneIn(6) ? damaged(line) : line;
  }

  private String conversation() {
    StringBuilder row = new StringBuilder("{");
    if (oneIn(3)) {
      row.append("\"id\": ").append(value(2)).append(", ");
    }
    if (oneIn(4)) {
      row.append("\"tools\":").append(oneIn(4) ? value(3) : "[" + value(2) + "]").append(',');
    }
    row.append("\"messages\": [");
    int messages = random.nextInt(5);
    for (int i = 0; i < messages; i++) {
      row.append(i == 0 ? "" : ", ").append(message());
    }
    row.append("]");
    if (oneIn(20)) {
      row.append(", \"tools\": null");
    }
    return row.append("}").toString();
  }

  private String message() {
    String role =
        "\"%s\":\"%s\"".formatted(oneIn(6) ? "from" : "role", oneIn(2) ? "assistant" : pick(ROLES));
    String content =
        "\"%s\": %s".formatted(oneIn(6) ? "value" : "content", oneIn(12) ? value(1) : string());
    StringBuilder message = new StringBuilder("{");
    message.append(oneIn(2) ? role + "," + content : content + " , " + role);
    if (oneIn(3)) {
      message.append(",\"%s\":%s".formatted(oneIn(2) ? "name" : "tool_calls", value(3)));
    }
    if (oneIn(40)) {
      message.append(',').append(role);
    }
    return message.append("}").toString();
  }

  private String texts() {
    return " {\"question\":%s, \"answer\" : %s,\t\"text\":%s,\"m\\u00f6re\":%s}\r"
        .formatted(string(), oneIn(8) ? value(1) : string(), string(), value(2))
        .replace("m\\u00f6re", oneIn(4) ? "m\\u00f6re" : "more");
  }

  private String value(int depth) {
    if (depth > 0 && oneIn(2)) {
      return switch (random.nextInt(3)) {
        case 0 -> "[" + value(depth - 1) + " ," + value(depth - 1) + "]";
        case 1 -> "{\"a\":" + value(depth - 1) + ", \"b\" :" + value(depth - 1) + "}";
        default -> oneIn(2) ? "[ ]" : "{}";
      };
    }
    return oneIn(40) ? pick(WRONG_SCALARS) : oneIn(3) ? pick(SCALARS) : string();
  }

  private String string() {
    StringBuilder text = new StringBuilder("\"");
    for (int i = random.nextInt(5); i > 0; i--) {
      text.append(oneIn(200) ? pick(WRONG) : pick(TEXTS));
    }
    return text.append('"').toString();
  }

  private byte[] damaged(byte[] line) {
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    int at = random.nextInt(line.length);
    other.write(line, 0, at);
    int each = random.nextInt(256);
    if (oneIn(2) && each != '\n') {
      other.write(each);
    }
    int left = Math.min(at + random.nextInt(3), line.length);
    other.write(line, left, line.length - left);
    return other.toByteArray();
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private String pick(List<String> some) {
    return some.get(random.nextInt(some.size()));
  }
}
