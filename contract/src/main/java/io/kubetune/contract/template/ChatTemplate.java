package io.kubetune.contract.template;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A model's chat template: Jinja text that turns messages into the one text the model reads,
/// rendered exactly as transformers renders it (trim_blocks, lstrip_blocks, the sandbox).
///
/// Rendering is bounded in steps and memory. A parsed template is immutable and may be rendered by
/// many threads.
///
/// ```
/// ChatTemplate template = ChatTemplate.parse("{% for m in messages %}<|{{ m.role }}|>…");
/// String text = template.render(variables, LocalDateTime.now()).text();
/// ```
public final class ChatTemplate {
  /// How transformers decides whether a template marks what the assistant says.
  private static final Pattern GENERATION = Pattern.compile("\\{%-?\\s*generation\\s*-?%\\}");

  /// Code points `[start, end)` of a rendered text.
  public record Span(int start, int end) {}

  /// @param generated what stood between `{% generation %}` and `{% endgeneration %}`, in order
  public record Rendered(String text, List<Span> generated) {}

  private final List<Statement> body;
  private final boolean marksGeneration;

  private ChatTemplate(List<Statement> body, boolean marksGeneration) {
    this.body = body;
    this.marksGeneration = marksGeneration;
  }

  /// @throws TemplateException where the text is no template, with the line
  public static ChatTemplate parse(String text) {
    try {
      return new ChatTemplate(Parser.parse(text), GENERATION.matcher(text).find());
    } catch (StackOverflowError e) {
      throw tooDeep(0);
    }
  }

  /// Whether the template marks the assistant's words with `{% generation %}`.
  public boolean marksGeneration() {
    return marksGeneration;
  }

  /// @param variables `messages`, `tools`, `add_generation_prompt`, `bos_token` and whatever else
  ///   the template may ask for
  /// @param now what `strftime_now` tells
  /// @throws TemplateException where the template refuses the messages or fails, with the line
  public Rendered render(Map<String, Value> variables, LocalDateTime now) {
    Environment environment = new Environment(new Budget(), now);
    Map<String, Value> all = new HashMap<>(Globals.functions(environment));
    all.putAll(variables);
    Evaluator evaluator = new Evaluator(environment);
    try {
      return new Renderer(evaluator, Scope.root(all)).render(body);
    } catch (TemplateException e) {
      throw e.at(evaluator.line());
    } catch (StackOverflowError e) {
      throw tooDeep(evaluator.line());
    }
  }

  private static TemplateException tooDeep(int line) {
    return new TemplateException(TemplateException.Kind.LIMIT, "nested too deeply", line);
  }
}
