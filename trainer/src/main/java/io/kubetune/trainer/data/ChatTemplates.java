package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.ChatTemplate;
import io.kubetune.contract.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A model's chat template, and the one for conversations with tools where it has another.
///
/// The text comes from `ModelConfig.chat_template`, else from `chat_template.jinja`, else from
/// tokenizer_config.json, as transformers looks for it.
///
/// ```
/// Optional<ChatTemplates> templates = ChatTemplates.find(folder, tokenizerConfig, Optional.empty());
/// ```
record ChatTemplates(ChatTemplate plain, ChatTemplate withTools) {

  /// @param given Jinja text, or the path of a file with it
  static Optional<ChatTemplates> find(
      Path folder, JsonNode tokenizerConfig, Optional<String> given) {
    if (given.isPresent()) {
      return Optional.of(given(given.get()));
    }
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file)) {
      return Optional.of(one(read(file, ExitCode.BAD_MODEL), file.toString(), ExitCode.BAD_MODEL));
    }
    JsonNode own = tokenizerConfig.path("chat_template");
    String place = folder.resolve("tokenizer_config.json") + " chat_template";
    if (own.isString()) {
      return Optional.of(one(own.stringValue(), place, ExitCode.BAD_MODEL));
    }
    Optional<ChatTemplate> plain = named(own, "default", place);
    Optional<ChatTemplate> tools = named(own, "tool_use", place).or(() -> plain);
    return tools.map(each -> new ChatTemplates(plain.orElse(each), each));
  }

  private static ChatTemplates given(String textOrPath) {
    String place = "ModelConfig.chat_template";
    // Every template has a tag; no path has one.
    if (textOrPath.contains("{%") || textOrPath.contains("{{")) {
      return one(textOrPath, place, ExitCode.BAD_REQUEST);
    }
    try {
      Path file = Path.of(textOrPath);
      return one(read(file, ExitCode.BAD_REQUEST), file.toString(), ExitCode.BAD_REQUEST);
    } catch (InvalidPathException e) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't read the chat template",
          place,
          "neither Jinja text nor a path",
          "give the template's text, or the path of its file",
          e);
    }
  }

  private static Optional<ChatTemplate> named(JsonNode list, String name, String place) {
    for (JsonNode each : list) {
      if (each.path("name").asString("").equals(name)) {
        String text = each.path("template").asString("");
        return Optional.of(parse(text, place + " '" + name + "'", ExitCode.BAD_MODEL));
      }
    }
    return Optional.empty();
  }

  private static ChatTemplates one(String text, String place, ExitCode blame) {
    ChatTemplate template = parse(text, place, blame);
    return new ChatTemplates(template, template);
  }

  private static ChatTemplate parse(String text, String place, ExitCode blame) {
    try {
      return ChatTemplate.parse(text);
    } catch (TemplateException e) {
      throw new TuneException(
          blame,
          "can't read the chat template",
          place,
          e.getMessage(),
          "correct the template, or name another one in ModelConfig.chat_template",
          e);
    }
  }

  private static String read(Path file, ExitCode blame) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new TuneException(
          blame,
          "can't read the chat template",
          file.toString(),
          "can't be read as UTF-8 text: " + e,
          "check the path; a template's text can be given as it stands too",
          e);
    }
  }
}
