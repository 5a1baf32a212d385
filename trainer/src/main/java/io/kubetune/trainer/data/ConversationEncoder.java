package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.ChatTemplate;
import io.kubetune.contract.template.TemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Which tokens of a conversation the assistant says.
///
/// Where the template marks them with `{% generation %}`, those; else, for each of its turns, what
/// the conversation up to the turn has beyond the prompt alone, compared as tokens. That includes
/// the token that ends a turn and what the template writes after it.
final class ConversationEncoder {
  private final ChatTokenizer tokenizer;

  ConversationEncoder(ChatTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /// One assistant turn: tokens `[start, end)`.
  ///
  /// @param message its position in the conversation, from 0
  /// @param start tokens that the prompt alone shares with the conversation
  /// @param end tokens that the conversation up to and with the turn shares with the whole
  /// @param promptTokens tokens of the prompt alone
  /// @param refusal why the template does not render a part of the conversation, if it does not
  record Turn(
      int message, int start, int end, int promptTokens, Optional<TemplateException> refusal) {

    /// Whether the prompt alone is how the whole begins; if not, the template rewrites history and
    /// the span is no turn.
    boolean preserved() {
      return refusal.isEmpty() && start == promptTokens && end > start;
    }
  }

  /// The conversation with the assistant's words learned.
  EncodedText assistant(List<JsonNode> given, Optional<JsonNode> tools) {
    GivenTurns turns = GivenTurns.of(given, tokenizer);
    List<JsonNode> messages = turns.messages();
    ChatTemplate.Rendered whole = rendered(turns, given, tools);
    if (tokenizer.marksGeneration(tools)) {
      Tokenizer.Spans spans = tokenizer.encodeRenderedWithSpans(whole.text());
      boolean[] mask = mask(whole.generated(), spans);
      return new EncodedText(whole.text(), false, spans.ids(), mask, 0, turns.specialTexts());
    }
    int[] ids = tokenizer.encodeRendered(whole.text());
    boolean[] learned = new boolean[ids.length];
    int untrusted = 0;
    for (Turn each : turns(messages, tools, whole.text(), ids)) {
      if (each.preserved()) {
        Arrays.fill(learned, each.start(), each.end(), true);
      } else {
        untrusted++;
      }
    }
    return new EncodedText(whole.text(), false, ids, learned, untrusted, turns.specialTexts());
  }

  /// The conversation with every token learned.
  EncodedText all(List<JsonNode> given, Optional<JsonNode> tools) {
    GivenTurns turns = GivenTurns.of(given, tokenizer);
    String text = rendered(turns, given, tools).text();
    int[] ids = tokenizer.encodeRendered(text);
    boolean[] learned = EncodedText.from(0, ids.length);
    return new EncodedText(text, false, ids, learned, 0, turns.specialTexts());
  }

  /// The whole conversation. Stand-ins must come out where they went in: a template that looks at
  /// them, or changes them, would write another text.
  private ChatTemplate.Rendered rendered(
      GivenTurns turns, List<JsonNode> given, Optional<JsonNode> tools) {
    ChatTemplate.Rendered whole = tokenizer.render(turns.messages(), tools, false);
    if (!turns.areMarked() && tokenizer.sanitizes() && SpecialTexts.isMarked(whole.text())) {
      throw SpecialTexts.noncharacter();
    }
    if (turns.areMarked()) {
      String plain = tokenizer.render(given, tools, false).text();
      if (!tokenizer.special().restored(whole.text()).equals(plain)) {
        throw new TuneException(
            ExitCode.BAD_DATA,
            "can't keep special tokens in user turns as text",
            "the conversation",
            "the chat template decides by special tokens in it",
            "take them out");
      }
    }
    return whole;
  }

  /// @param ids of the whole conversation
  List<Turn> turns(List<JsonNode> messages, Optional<JsonNode> tools, String whole, int[] ids) {
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).path("role").asString("").equals("assistant")) {
        turns.add(turn(messages, i, tools, whole, ids));
      }
    }
    return turns;
  }

  private Turn turn(
      List<JsonNode> messages, int i, Optional<JsonNode> tools, String whole, int[] ids) {
    try {
      int[] prompt =
          idsOf(tokenizer.render(messages.subList(0, i), tools, true).text(), whole, ids);
      int[] soFar =
          i == messages.size() - 1
              ? ids
              : idsOf(
                  tokenizer.render(messages.subList(0, i + 1), tools, false).text(), whole, ids);
      return new Turn(i, common(prompt, ids), common(soFar, ids), prompt.length, Optional.empty());
    } catch (TemplateException e) {
      return new Turn(i, 0, 0, 0, Optional.of(e));
    }
  }

  private int[] idsOf(String text, String whole, int[] ids) {
    return text.equals(whole) ? ids : tokenizer.encodeRendered(text);
  }

  /// How many tokens two sequences begin with in common.
  static int common(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  /// Tokens from the one that holds a span's first character to the one that holds its last, as
  /// transformers' `return_assistant_tokens_mask` has them.
  static boolean[] mask(List<ChatTemplate.Span> generated, Tokenizer.Spans spans) {
    boolean[] learned = new boolean[spans.ids().length];
    for (ChatTemplate.Span each : generated) {
      int first = spans.tokenAt(each.start());
      int last = spans.tokenAt(each.end() - 1);
      if (first >= 0) {
        int end = last < 0 ? learned.length : last + 1;
        Arrays.fill(learned, first, Math.max(first, end), true);
      }
    }
    return learned;
  }
}
