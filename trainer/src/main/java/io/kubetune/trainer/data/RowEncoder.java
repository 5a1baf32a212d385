package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import io.kubetune.contract.TuneException;

/// Makes tokens of a row and decides which are learned, as TRL's SFTTrainer does for each shape.
///
/// Text and completions are ended by the model's end-of-sequence token, unless they have it.
///
/// ```
/// EncodedText encoded = new RowEncoder(tokenizer, LossOn.ANSWER).encode(row);
/// ```
final class RowEncoder {
  private final ChatTokenizer tokenizer;
  private final ConversationEncoder conversations;
  private final LossOn lossOn;

  RowEncoder(ChatTokenizer tokenizer, LossOn lossOn) {
    this.tokenizer = tokenizer;
    this.lossOn = lossOn;
    conversations = new ConversationEncoder(tokenizer);
  }

  /// @throws io.kubetune.contract.template.TemplateException where the chat template refuses the
  ///   conversation
  /// @throws TuneException where the loss that is asked for has no meaning for the row's shape
  EncodedText encode(Row row) {
    return switch (row) {
      case Row.Messages(int _, var messages, var tools) ->
          switch (lossOn) {
            case ANSWER, ASSISTANT -> conversations.assistant(messages, tools);
            case ALL -> conversations.all(messages, tools);
            case COMPLETION -> throw noSuchPart("conversations", "answer, assistant or all");
          };
      case Row.PromptCompletion pair ->
          switch (lossOn) {
            case ANSWER, COMPLETION -> pair(pair, true);
            case ALL -> pair(pair, false);
            case ASSISTANT ->
                throw noSuchPart("prompts and completions", "answer, completion or all");
          };
      case Row.Text(int _, String text) ->
          switch (lossOn) {
            case ANSWER, ALL -> text(text);
            case ASSISTANT, COMPLETION -> throw noSuchPart("plain text", "answer or all");
          };
    };
  }

  private TuneException noSuchPart(String rows, String possible) {
    return new TuneException(
        ExitCode.BAD_REQUEST,
        "can't tell which tokens to learn",
        "KubetuneConfig.loss_on",
        "is " + lossOn.name().toLowerCase(java.util.Locale.ROOT) + ", and the rows are " + rows,
        "set it to " + possible);
  }

  private EncodedText text(String text) {
    String ended = ended(text);
    int[] ids = tokenizer.encode(ended, true);
    return new EncodedText(ended, true, ids, EncodedText.from(0, ids.length), 0, 0);
  }

  private EncodedText pair(Row.PromptCompletion pair, boolean completionOnly) {
    String whole = pair.prompt() + ended(pair.completion());
    int[] ids = tokenizer.encode(whole, true);
    int start =
        completionOnly ? ConversationEncoder.common(tokenizer.encode(pair.prompt(), true), ids) : 0;
    return new EncodedText(whole, true, ids, EncodedText.from(start, ids.length), 0, 0);
  }

  private String ended(String text) {
    String end =
        tokenizer
            .endOfSequence()
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.BAD_MODEL,
                    "can't end a document",
                    "tokenizer_config.json",
                    "the model names no eos_token",
                    "add eos_token to tokenizer_config.json"));
    return text.endsWith(end) ? text : text + end;
  }
}
