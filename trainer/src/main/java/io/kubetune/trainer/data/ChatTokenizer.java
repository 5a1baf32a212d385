package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.ChatTemplate;
import io.kubetune.contract.template.JsonValues;
import io.kubetune.contract.template.Messages;
import io.kubetune.contract.template.TemplateException;
import io.kubetune.contract.template.Value;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// A model's tokenizer with its chat template: conversations and text in, token ids out, and back.
/// Many threads may use one.
///
/// ```
/// try (var tokenizer = ChatTokenizer.open(modelFolder, Optional.empty(), config.vocabSize())) {
///   int[] prompt = tokenizer.encodePrompt(messages);
///   String answer = tokenizer.decode(generated);
/// }
/// ```
public final class ChatTokenizer implements AutoCloseable {
  private final Path folder;
  private final Tokenizer tokenizer;
  private final SpecialTexts special;
  private final boolean sanitize;
  private final Optional<ChatTemplates> templates;
  private final Map<String, Value> variables;
  private final Optional<String> endOfSequence;
  private final Set<Integer> endOfSequenceIds;
  private final int vocabularySize;
  private final LocalDateTime now;

  /// Made when the first conversation needs it.
  private Tokenizer literal;

  private ChatTokenizer(
      Path folder,
      Tokenizer tokenizer,
      SpecialTexts special,
      boolean sanitize,
      Optional<String> chatTemplate,
      int vocabularySize,
      LocalDateTime now) {
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.special = special;
    this.sanitize = sanitize;
    this.vocabularySize = vocabularySize;
    this.now = now;
    ModelJson files = new ModelJson(folder);
    templates = ChatTemplates.find(folder, files.tokenizerConfig(), chatTemplate);
    Map<String, String> named = files.specialTokens();
    variables = new HashMap<>();
    named.forEach((name, token) -> variables.put(name, Value.text(token)));
    endOfSequence =
        Optional.ofNullable(named.get("eos_token"))
            .or(() -> files.configEndOfSequence().map(id -> decodeAll(new int[] {id})));
    endOfSequenceIds = new TreeSet<>(files.endOfSequenceIds());
    endOfSequence.ifPresent(token -> {
      int[] ids = tokenizer.encode(token, false);
      if (ids.length == 1) {
        endOfSequenceIds.add(ids[0]);
      }
    });
  }

  /// @param folder with tokenizer.json, tokenizer_config.json, chat_template.jinja, config.json
  /// @param chatTemplate `ModelConfig.chat_template`: Jinja text or a file's path; empty is the
  ///   model's own
  /// @param vocabularySize rows of the embedding
  /// @throws TuneException BAD_MODEL where a file is missing or damaged, or the tokenizer has more
  ///   tokens than the embedding has rows; BAD_REQUEST where `chatTemplate` is no template
  public static ChatTokenizer open(Path folder, Optional<String> chatTemplate, int vocabularySize) {
    return open(folder, chatTemplate, vocabularySize, LocalDateTime.now());
  }

  /// @param now the time that a template with `strftime_now` writes; the same for every row, so
  ///   that a run that is resumed on another day sees the same tokens
  public static ChatTokenizer open(
      Path folder, Optional<String> chatTemplate, int vocabularySize, LocalDateTime now) {
    return open(folder, chatTemplate, vocabularySize, now, false);
  }

  /// @param sanitize `KubetuneConfig.sanitize`: what a user's turn has of special tokens is text
  public static ChatTokenizer open(
      Path folder,
      Optional<String> chatTemplate,
      int vocabularySize,
      LocalDateTime now,
      boolean sanitize) {
    Path file = folder.resolve("tokenizer.json");
    Tokenizer tokenizer = Tokenizer.open(file);
    try {
      Vocabulary vocabulary = Vocabulary.read(file);
      vocabulary.checkFits(vocabularySize, file);
      SpecialTexts special = new SpecialTexts(vocabulary.special());
      return new ChatTokenizer(
          folder, tokenizer, special, sanitize, chatTemplate, vocabularySize, now);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  public boolean hasChatTemplate() {
    return templates.isPresent();
  }

  /// The texts that become special tokens.
  SpecialTexts special() {
    return special;
  }

  /// Whether they are kept as text in turns that are not the model's.
  boolean sanitizes() {
    return sanitize;
  }

  /// Whether the template for these tools marks the assistant's words with `{% generation %}`.
  boolean marksGeneration(Optional<JsonNode> tools) {
    return template(tools).marksGeneration();
  }

  /// The text that ends a document, where the model has one.
  public Optional<String> endOfSequence() {
    return endOfSequence;
  }

  /// Ids at which generation stops, ascending.
  public Set<Integer> endOfSequenceIds() {
    return Set.copyOf(endOfSequenceIds);
  }

  /// The conversation as the model reads it, by its chat template.
  ///
  /// @param generationPrompt whether the opening of the assistant's next turn is written too
  /// @throws TemplateException where the template refuses the conversation
  /// @throws TuneException BAD_MODEL where the model has no chat template
  public ChatTemplate.Rendered render(
      List<JsonNode> messages, Optional<JsonNode> tools, boolean generationPrompt) {
    Map<String, Value> all = new HashMap<>(variables);
    all.put("messages", Messages.of(messages));
    all.put("tools", tools.map(JsonValues::of).orElse(Value.None.NONE));
    all.put("documents", Value.None.NONE);
    all.put("add_generation_prompt", new Value.Bool(generationPrompt));
    return template(tools).render(all, now);
  }

  private ChatTemplate template(Optional<JsonNode> tools) {
    ChatTemplates found =
        templates.orElseThrow(() ->
            new TuneException(
                ExitCode.BAD_MODEL,
                "can't write conversations for this model",
                folder.toString(),
                "no chat template: neither chat_template.jinja nor one in"
                    + " tokenizer_config.json",
                "give one in ModelConfig.chat_template, or data as prompt and completion"));
    return tools.isPresent() ? found.withTools() : found.plain();
  }

  /// Ids of a conversation that the assistant is to continue.
  ///
  /// @throws TuneException BAD_REQUEST where the chat template refuses it
  public int[] encodePrompt(List<JsonNode> messages) {
    try {
      return encode(render(messages, Optional.empty(), true).text(), false);
    } catch (TemplateException e) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't ask the model",
          folder.toString(),
          "its chat template refuses the conversation: " + e.getMessage(),
          "give messages as the template wants them",
          e);
    }
  }

  /// @param addSpecialTokens true for plain text; false for rendered conversations, which have
  ///   their special tokens written out
  public int[] encode(String text, boolean addSpecialTokens) {
    checkCharacters(text);
    return checked(tokenizer.encode(text, addSpecialTokens));
  }

  Tokenizer.Spans encodeWithSpans(String text, boolean addSpecialTokens) {
    checkCharacters(text);
    Tokenizer.Spans spans = tokenizer.encodeWithSpans(text, addSpecialTokens);
    checked(spans.ids());
    return spans;
  }

  /// Ids of a rendered conversation, in which stand-ins are the texts that they stand for, as text.
  int[] encodeRendered(String text) {
    if (!sanitize || !SpecialTexts.isMarked(text)) {
      return encode(text, false);
    }
    checkCharacters(text);
    return checked(literal().encode(special.swapped(text), false));
  }

  Tokenizer.Spans encodeRenderedWithSpans(String text) {
    if (!sanitize || !SpecialTexts.isMarked(text)) {
      return encodeWithSpans(text, false);
    }
    checkCharacters(text);
    Tokenizer.Spans spans = literal().encodeWithSpans(special.swapped(text), false);
    checked(spans.ids());
    return spans;
  }

  private synchronized Tokenizer literal() {
    if (literal == null) {
      literal = LiteralTokenizer.open(folder.resolve("tokenizer.json"), special.standIns());
    }
    return literal;
  }

  /// Half of a surrogate pair is no character, and the tokenizer would make tokens of garbage.
  private static void checkCharacters(String text) {
    if (RowParser.hasLoneSurrogate(text)) {
      throw new TuneException(
          ExitCode.BAD_DATA,
          "can't encode a text",
          "the text",
          "has half of a surrogate pair (\\ud800 to \\udfff)",
          "correct the text");
    }
  }

  private int[] checked(int[] ids) {
    for (int id : ids) {
      if (id >= vocabularySize) {
        throw new TuneException(
            ExitCode.BAD_DATA,
            "can't encode a text",
            decodeAll(new int[] {id}),
            "token " + id + " has no row in the embedding of " + vocabularySize,
            "this model can't read the token: take it out of the text");
      }
    }
    return ids;
  }

  /// Text of ids, special tokens left out.
  public String decode(int[] ids) {
    return tokenizer.decode(ids, true);
  }

  /// Text of ids, special tokens written out.
  public String decodeAll(int[] ids) {
    return tokenizer.decode(ids, false);
  }

  @Override
  public synchronized void close() {
    tokenizer.close();
    if (literal != null) {
      literal.close();
    }
  }
}
