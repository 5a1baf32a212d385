package io.kubetune.cli.request;

import io.kubetune.cli.data.shape.TextOrFile;
import io.kubetune.contract.Problem;
import io.kubetune.contract.template.ChatTemplate;
import io.kubetune.contract.template.TemplateException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads a chat template, text or file, and parses it as the trainer will: what is no template is
/// found before anything is made of it.
///
/// ```
/// ChatTemplateText.read("--chat-template", "chat.jinja", folder, problems) // the file's text
/// // chat.jinja:3: TemplateSyntaxError: …
/// ```
public final class ChatTemplateText {
  /// The key of the training config that carries the text to the trainer.
  static final String KEY = "ModelConfig.chat_template";

  /// Every template has a tag; no path has one.
  private static final Pattern TAG = Pattern.compile("\\{[{%]");

  private ChatTemplateText() {}

  static boolean isText(String value) {
    return TAG.matcher(value).find();
  }

  /// @param place flag or line of a file that gave it
  /// @param folder that a relative path starts from
  /// @return its text; empty where a problem was added
  public static Optional<String> read(
      String place, String given, Path folder, List<Problem> problems) {
    Optional<TextOrFile> found =
        TextOrFile.read(place, given, folder, TAG, "Jinja's {{ }} or {% %}", problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      ChatTemplate.parse(found.get().text());
      return Optional.of(found.get().text());
    } catch (TemplateException e) {
      String reason = e.pythonName() + ": " + e.reason();
      boolean inFile = found.get().fromFile();
      problems.add(
          new Problem(
              found.get().line(e.line()),
              inFile || e.line() < 1 ? reason : "line " + e.line() + " of the template: " + reason,
              "correct the template"));
      return Optional.empty();
    }
  }
}
