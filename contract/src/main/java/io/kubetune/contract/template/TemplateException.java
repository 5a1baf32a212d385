package io.kubetune.contract.template;

/// A chat template that can't be parsed, refuses what it was given, or does more work than it may.
///
/// `UndefinedError`, `TypeError` and the rest carry the names that Jinja and Python give them, so a
/// message can be looked up on the web.
///
/// ```
/// template line 12: TemplateError: Conversation roles must alternate user/assistant/...
/// ```
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// What kind of failure, by the name of the Python exception.
  public enum Kind {
    /// `raise_exception(...)`: the template itself refuses these messages.
    RAISED("TemplateError"),
    SYNTAX("TemplateSyntaxError"),
    UNDEFINED("UndefinedError"),
    TYPE("TypeError"),
    VALUE("ValueError"),
    SECURITY("SecurityError"),
    /// More steps, characters or nesting than a chat template has any use for.
    LIMIT("limit");

    private final String pythonName;

    Kind(String pythonName) {
      this.pythonName = pythonName;
    }
  }

  private final Kind kind;
  private final String reason;
  private final int line;

  /// @param line of the template, from 1; 0 where it is not known yet
  TemplateException(Kind kind, String reason, int line) {
    super(
        (line > 0 ? "template line " + line + ": " : "template: ")
            + kind.pythonName
            + ": "
            + reason);
    this.kind = kind;
    this.reason = reason;
    this.line = line;
  }

  static TemplateException of(Kind kind, String reason) {
    return new TemplateException(kind, reason, 0);
  }

  static TemplateException type(String reason) {
    return of(Kind.TYPE, reason);
  }

  static TemplateException value(String reason) {
    return of(Kind.VALUE, reason);
  }

  TemplateException at(int where) {
    return line > 0 ? this : new TemplateException(kind, reason, where);
  }

  public Kind kind() {
    return kind;
  }

  /// The message alone, as the template or Jinja words it.
  public String reason() {
    return reason;
  }

  /// The name of the Python exception, for example `UndefinedError`.
  public String pythonName() {
    return kind.pythonName;
  }

  public int line() {
    return line;
  }
}
