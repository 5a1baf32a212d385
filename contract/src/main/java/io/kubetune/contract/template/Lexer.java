package io.kubetune.contract.template;

import io.kubetune.contract.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template into tokens as Jinja does with `trim_blocks` and `lstrip_blocks`: the newline
/// after a block tag goes, and so does the space before one that begins its line.
///
/// ```
/// "  {% if x %}\nyes" → BLOCK_BEGIN, NAME if, NAME x, BLOCK_END, DATA "yes"
/// ```
final class Lexer {
  private static final Pattern RAW =
      Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern END_RAW =
      Pattern.compile(
          "\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+\\-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  // Whether the last thing read ended a line, so that space before the next tag is an indentation.
  private boolean lineStarting = true;

  private Lexer(String template) {
    String text = template.replace("\r\n", "\n").replace('\r', '\n');
    // Jinja drops one newline at the end of a template (keep_trailing_newline is off).
    source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  static List<Token> tokens(String template) {
    Lexer lexer = new Lexer(template);
    while (lexer.at < lexer.source.length()) {
      lexer.text();
    }
    lexer.tokens.add(new Token(Kind.END, "", lexer.line));
    return lexer.tokens;
  }

  /// Text up to the next tag, and that tag.
  private void text() {
    int open = nextTag();
    if (open < 0) {
      data(source.substring(at), 0);
      at = source.length();
      return;
    }
    char kind = source.charAt(open + 1);
    Matcher raw = RAW.matcher(source).region(open, source.length());
    if (kind == '%' && raw.lookingAt()) {
      textBefore(open, raw.group(1), true);
      at = open;
      skipTo(raw.end());
      rawText();
      return;
    }
    String sign = sign(open + 2);
    textBefore(open, sign, kind != '{');
    int begin = line;
    at = open + 2 + sign.length();
    switch (kind) {
      case '#' -> comment();
      case '%' -> {
        tokens.add(new Token(Kind.BLOCK_BEGIN, "{%", begin));
        code("%}", Kind.BLOCK_END);
      }
      default -> {
        tokens.add(new Token(Kind.VARIABLE_BEGIN, "{{", begin));
        code("}}", Kind.VARIABLE_END);
      }
    }
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); ) {
      char next = source.charAt(i + 1);
      if (next == '%' || next == '{' || next == '#') {
        return i;
      }
      i = source.indexOf('{', i + 1);
    }
    return -1;
  }

  private String sign(int where) {
    if (where < source.length() && (source.charAt(where) == '-' || source.charAt(where) == '+')) {
      return source.substring(where, where + 1);
    }
    return "";
  }

  /// Text before a tag at `end`, stripped as the tag's sign demands.
  private void textBefore(int end, String sign, boolean indentationGoes) {
    String text = source.substring(at, end);
    String kept = text;
    if (sign.equals("-")) {
      kept = Whitespace.strip(text, false, true);
    } else if (sign.isEmpty() && indentationGoes) {
      int lineStart = text.lastIndexOf('\n') + 1;
      if ((lineStart > 0 || lineStarting)
          && Whitespace.strip(text.substring(lineStart), true, true).isEmpty()) {
        kept = text.substring(0, lineStart);
      }
    }
    data(kept, newlines(text) - newlines(kept));
  }

  private void data(String text, int newlinesStripped) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
    }
    line += newlines(text) + newlinesStripped;
  }

  private void rawText() {
    Matcher end = END_RAW.matcher(source).region(at, source.length());
    if (at == source.length()) {
      return; // As with comments.
    }
    if (!end.find()) {
      throw new TemplateException(
          TemplateException.Kind.SYNTAX, "Missing end of raw directive", line);
    }
    textBefore(end.start(), end.group(1), true);
    at = end.start();
    skipTo(end.end());
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (at == source.length()) {
      return; // Jinja lets a template end right behind the mark that opens a comment.
    }
    if (end < 0) {
      throw new TemplateException(
          TemplateException.Kind.SYNTAX, "Missing end of comment tag", line);
    }
    char sign = end > at ? source.charAt(end - 1) : ' ';
    skipTo(afterTag(end + 2, sign == '-', sign != '+'));
  }

  /// The position behind a closing tag and the space that goes with it.
  private int afterTag(int end, boolean strip, boolean trim) {
    int next = end;
    if (strip) {
      while (next < source.length() && Whitespace.is(source.charAt(next))) {
        next++;
      }
    } else if (trim && next < source.length() && source.charAt(next) == '\n') {
      next++;
    }
    return next;
  }

  private void skipTo(int next) {
    String skipped = source.substring(at, next);
    line += newlines(skipped);
    lineStarting = skipped.endsWith("\n");
    at = next;
  }

  /// Tokens of a statement or expression up to its closing tag.
  private void code(String close, Kind closeKind) {
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      while (at < source.length() && Whitespace.is(source.charAt(at))) {
        skipTo(at + 1);
      }
      if (at >= source.length()) {
        return;
      }
      if (open.isEmpty()) {
        char sign = source.charAt(at);
        boolean block = closeKind == Kind.BLOCK_END;
        int signLength = sign == '-' || (sign == '+' && block) ? 1 : 0;
        if (source.startsWith(close, at + signLength)) {
          tokens.add(new Token(closeKind, close, line));
          skipTo(afterTag(at + signLength + 2, sign == '-', block && sign != '+'));
          return;
        }
      }
      word(open);
    }
  }

  private void word(Deque<Character> open) {
    char c = source.charAt(at);
    Matcher number = FLOAT.matcher(source).region(at, source.length()).useTransparentBounds(true);
    if (number.lookingAt()) {
      add(Kind.FLOAT, number.group().replace("_", ""), number.end());
      return;
    }
    number.usePattern(INTEGER);
    if (number.lookingAt()) {
      add(Kind.INTEGER, number.group().replace("_", ""), number.end());
    } else if (c == '_' || Character.isUnicodeIdentifierStart(source.codePointAt(at))) {
      int end = at;
      while (end < source.length() && Character.isUnicodeIdentifierPart(source.codePointAt(end))) {
        end += Character.charCount(source.codePointAt(end));
      }
      add(Kind.NAME, source.substring(at, end), end);
    } else if (c == '\'' || c == '"') {
      string(c);
    } else {
      operator(open);
    }
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw unexpected();
    }
    String text = StringEscapes.unescape(source.substring(at + 1, end), line);
    add(Kind.STRING, text, end + 1);
  }

  private void operator(Deque<Character> open) {
    for (String each : OPERATORS) {
      if (source.startsWith(each, at)) {
        switch (each) {
          case "(" -> open.push(')');
          case "[" -> open.push(']');
          case "{" -> open.push('}');
          case ")", "]", "}" -> {
            if (open.isEmpty() || open.pop() != each.charAt(0)) {
              throw new TemplateException(
                  TemplateException.Kind.SYNTAX, "unexpected '" + each + "'", line);
            }
          }
          default -> {
            // Nothing to balance.
          }
        }
        add(Kind.OPERATOR, each, at + each.length());
        return;
      }
    }
    throw unexpected();
  }

  private TemplateException unexpected() {
    String found = Character.toString(source.codePointAt(at));
    return new TemplateException(
        TemplateException.Kind.SYNTAX, "unexpected char '" + found + "' at " + at, line);
  }

  private void add(Kind kind, String text, int end) {
    tokens.add(new Token(kind, text, line));
    skipTo(end);
  }

  private static int newlines(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }
}
