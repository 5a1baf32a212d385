package io.kubetune.contract.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every chat template of the goldens renders each conversation to the text, or the refusal, that
/// transformers has for it.
class ChatTemplateGoldenTest {
  private static final Path TOKENIZE =
      Path.of(System.getProperty("kubetune.shared"), "goldens", "tokenize");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TestFactory
  Stream<DynamicTest> rendersWhatTransformersRenders() throws IOException {
    assumeTrue(Files.isDirectory(TOKENIZE), "SKIPPED: no goldens at " + TOKENIZE);
    try (Stream<Path> files = Files.list(TOKENIZE.resolve("cases"))) {
      return files.sorted().toList().stream().flatMap(ChatTemplateGoldenTest::testsOf);
    }
  }

  private static Stream<DynamicTest> testsOf(Path file) {
    JsonNode golden = JSON.readTree(file);
    String name = golden.get("template").stringValue();
    ChatTemplate template =
        ChatTemplate.parse(text(TOKENIZE.resolve("templates/" + name + ".jinja")));
    return golden
        .get("cases")
        .valueStream()
        .map(each ->
            DynamicTest.dynamicTest(
                name + " " + each.get("name").stringValue(), () -> check(template, golden, each)));
  }

  private static void check(ChatTemplate template, JsonNode golden, JsonNode each) {
    Map<String, Value> variables = new HashMap<>();
    variables.put("messages", Messages.of(each.get("messages")));
    variables.put("tools", JsonValues.of(each.path("tools")));
    variables.put("documents", Value.None.NONE);
    variables.put(
        "add_generation_prompt", new Value.Bool(each.path("generation_prompt").asBoolean(false)));
    for (String token : List.of("bos_token", "eos_token")) {
      if (!golden.get(token).isNull()) {
        variables.put(token, JsonValues.of(golden.get(token)));
      }
    }
    each.path("kwargs").forEachEntry((name, value) -> variables.put(name, JsonValues.of(value)));
    LocalDateTime now = LocalDateTime.of(2026, 2, 3, 4, 5, 6);
    if (each.has("error")) {
      TemplateException refusal =
          catchThrowableOfType(TemplateException.class, () -> template.render(variables, now));
      assertThat(refusal.pythonName() + ": " + refusal.reason())
          .isEqualTo(each.get("error").stringValue());
      assertThat(refusal.line()).isPositive();
      return;
    }
    String today = now.format(DateTimeFormatter.ofPattern("dd MMM yyyy", Locale.US));
    assertThat(template.render(variables, now).text())
        .isEqualTo(each.get("rendered").stringValue().replace("{TODAY:%d %b %Y}", today));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
