package io.kubetune.contract.template;

/// MarkupSafe's escaping, which `escape`, `safe` and text added to safe text bring with them.
final class Html {
  private Html() {}

  /// The text as it stands where it is safe, else escaped.
  static Value.Text escaped(Value.Text text, Budget budget) {
    return text.safe() ? text : escaped(text.value(), budget);
  }

  static Value.Text escaped(String text, Budget budget) {
    budget.characters(text.length() * 2L);
    return new Value.Text(
        text.replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace("\"", "&#34;"),
        true);
  }
}
