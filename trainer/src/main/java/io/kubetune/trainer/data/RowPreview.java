package io.kubetune.trainer.data;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One row as the model sees it: its exact text, and the pieces of it that are learned and that are
/// not. The pieces joined are the text, but for tokens that the tokenizer adds around plain text.
///
/// ```
/// [{"text":"<s>[INST] 2+2? [/INST]","learned":false,"tokens":12},{"text":" 4 </s>","learned":true,…}]
/// ```
final class RowPreview {
  private final ChatTokenizer tokenizer;
  private final EncodedText encoded;
  private final Tokenizer.Spans spans;
  private final String text;

  RowPreview(ChatTokenizer tokenizer, EncodedText encoded) {
    this.tokenizer = tokenizer;
    this.encoded = encoded;
    spans =
        encoded.plain()
            ? tokenizer.encodeWithSpans(encoded.text(), true)
            : tokenizer.encodeRenderedWithSpans(encoded.text());
    text = encoded.plain() ? encoded.text() : tokenizer.special().restored(encoded.text());
  }

  ObjectNode json(int row, InspectOptions options) {
    int labels = 0;
    for (int i = 1; i < encoded.learned().length; i++) {
      labels += encoded.learned()[i] ? 1 : 0;
    }
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("contract", 1);
    json.put("file", options.file());
    json.put("row", row);
    json.put("tokens", encoded.ids().length);
    json.put("label_tokens", labels);
    json.put("max_length", options.maxLengthTokens());
    json.put("untrusted_turns", encoded.untrustedTurns());
    json.put("special_in_user_turns", encoded.specialTexts());
    json.put("sanitized", options.sanitize());
    json.put("text", text);
    segments(json.putArray("segments"));
    return json;
  }

  private void segments(ArrayNode segments) {
    boolean[] learned = encoded.learned();
    int written = 0; // code points of the text
    for (int from = 0; from < learned.length; ) {
      int to = from;
      while (to < learned.length && learned[to] == learned[from]) {
        to++;
      }
      StringBuilder text = new StringBuilder();
      for (int i = from; i < to; i++) {
        if (hasNoText(i)) {
          text.append(tokenizer.decodeAll(new int[] {encoded.ids()[i]}));
        }
      }
      int end = beginOfTextFrom(to);
      text.append(part(written, Math.max(written, end)));
      written = Math.max(written, end);
      segments
          .addObject()
          .put("text", text.toString())
          .put("learned", learned[from])
          .put("tokens", to - from);
      from = to;
    }
  }

  private boolean hasNoText(int token) {
    return spans.starts()[token] == spans.ends()[token];
  }

  /// Where the first token with text from this one on begins.
  private int beginOfTextFrom(int token) {
    for (int i = token; i < spans.ids().length; i++) {
      if (!hasNoText(i)) {
        return spans.starts()[i];
      }
    }
    return text.codePointCount(0, text.length());
  }

  private String part(int from, int to) {
    int begin = text.offsetByCodePoints(0, from);
    return text.substring(begin, text.offsetByCodePoints(begin, to - from));
  }
}
