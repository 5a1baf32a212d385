package io.kubetune.cli.data.shape;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Walks over the bytes of one JSON value without making objects of it.
///
/// It takes nothing that [io.kubetune.cli.data.format.JsonRow] would refuse: what is wrong in any
/// way ends in a [NotPlainException], and so do names with escapes and deep nesting, so that the
/// parser says what there is to say.
///
/// ```
/// text.begin(line, 0, line.length);
/// for (JsonString name = text.firstName(); name != null; name = text.nextName()) {
///   text.skip();
/// }
/// text.end();
/// ```
final class JsonText {
  private static final int DEEPEST = 32;
  private static final int MOST_NAMES = 256;
  private static final int LONGEST_NAME_BYTES = 1000;
  private static final int LONGEST_NUMBER_BYTES = 100;
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = {};
  private int at;
  private int end;

  /// Of the objects that are open, the innermost one's last.
  private final JsonString[] names = new JsonString[MOST_NAMES];

  private int known;

  /// For each open object or array, how many names there were before it.
  private final int[] before = new int[DEEPEST];

  private int depth;

  void begin(byte[] text, int from, int to) {
    bytes = text;
    at = from;
    end = to;
    known = 0;
    depth = 0;
  }

  /// Nothing but spaces may follow.
  void end() {
    skipSpaces();
    if (at != end) {
      throw new NotPlainException();
    }
  }

  /// The first byte of what comes next.
  int peek() {
    skipSpaces();
    if (at == end) {
      throw new NotPlainException();
    }
    return bytes[at];
  }

  /// Begins an object; null where it is empty, and ended with that.
  JsonString firstName() {
    open('{');
    return ends('}') ? null : name();
  }

  /// After a field's value; null at the object's end.
  JsonString nextName() {
    if (ends('}')) {
      return null;
    }
    take(',');
    return name();
  }

  /// Begins an array; false where it is empty, and ended with that.
  boolean firstElement() {
    open('[');
    return !ends(']');
  }

  /// After an element; false at the array's end.
  boolean nextElement() {
    if (ends(']')) {
      return false;
    }
    take(',');
    return true;
  }

  JsonString string() {
    take('"');
    JsonString string = JsonString.at(bytes, at, end);
    at = string.to() + 1;
    return string;
  }

  void skipNull() {
    literal(NULL);
  }

  /// Passes a value of any kind.
  void skip() {
    int first = peek();
    switch (first) {
      case '"' -> string();
      case '{' -> {
        for (JsonString name = firstName(); name != null; name = nextName()) {
          skip();
        }
      }
      case '[' -> {
        for (boolean more = firstElement(); more; more = nextElement()) {
          skip();
        }
      }
      default -> skipScalar(first);
    }
  }

  /// Passes a value of any kind and writes it in canonical form: without spaces, and without fields
  /// that are null.
  ///
  /// @throws NotPlainException also where a number is written otherwise in canonical text
  void copy(CanonicalBytes out) {
    switch (peek()) {
      case '"' -> string().writeTo(out);
      case '{' -> copyObject(out);
      case '[' -> {
        out.write('[');
        boolean more = firstElement();
        while (more) {
          copy(out);
          more = nextElement();
          if (more) {
            out.write(',');
          }
        }
        out.write(']');
      }
      default -> copyScalar(out);
    }
  }

  private void copyObject(CanonicalBytes out) {
    out.write('{');
    boolean first = true;
    for (JsonString name = firstName(); name != null; name = nextName()) {
      if (peek() == 'n') {
        skipNull();
        continue;
      }
      if (!first) {
        out.write(',');
      }
      first = false;
      name.writeTo(out);
      out.write(':');
      copy(out);
    }
    out.write('}');
  }

  private void copyScalar(CanonicalBytes out) {
    int from = at;
    skipScalar(bytes[at]);
    boolean number = bytes[from] == '-' || bytes[from] >= '0' && bytes[from] <= '9';
    for (int i = from; number && i < at; i++) {
      // Fractions and exponents become doubles, and -0 loses its sign.
      if (bytes[i] > '9' || bytes[i] == '.' || bytes[i] == '-' && bytes[i + 1] == '0') {
        throw new NotPlainException();
      }
    }
    out.write(bytes, from, at - from);
  }

  private void skipScalar(int first) {
    switch (first) {
      case 't' -> literal(TRUE);
      case 'f' -> literal(FALSE);
      case 'n' -> literal(NULL);
      default -> number();
    }
  }

  private void literal(byte[] word) {
    int to = at + word.length;
    if (to > end || !Arrays.equals(bytes, at, to, word, 0, word.length)) {
      throw new NotPlainException();
    }
    at = to;
  }

  private void number() {
    int from = at;
    at += bytes[at] == '-' ? 1 : 0;
    if (at < end && bytes[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < end && bytes[at] == '.') {
      at++;
      digits();
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      at += at < end && (bytes[at] == '+' || bytes[at] == '-') ? 1 : 0;
      digits();
    }
    if (at - from > LONGEST_NUMBER_BYTES) {
      throw new NotPlainException();
    }
  }

  private void digits() {
    int from = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw new NotPlainException();
    }
  }

  private JsonString name() {
    JsonString name = string();
    boolean plain =
        name.escapes() == JsonString.Escapes.NONE
            && name.to() - name.from() <= LONGEST_NAME_BYTES
            && known < MOST_NAMES;
    for (int i = before[depth - 1]; plain && i < known; i++) {
      plain = !Arrays.equals(bytes, names[i].from(), names[i].to(), bytes, name.from(), name.to());
    }
    if (!plain) {
      throw new NotPlainException();
    }
    names[known++] = name;
    take(':');
    return name;
  }

  private void open(char bracket) {
    take(bracket);
    if (depth == DEEPEST) {
      throw new NotPlainException();
    }
    before[depth++] = known;
  }

  /// Whether the innermost object or array ends here; it is behind then.
  private boolean ends(char bracket) {
    if (peek() != bracket) {
      return false;
    }
    at++;
    known = before[--depth];
    return true;
  }

  private void take(char expected) {
    if (peek() != expected) {
      throw new NotPlainException();
    }
    at++;
  }

  private void skipSpaces() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n')) {
      at++;
    }
  }
}
