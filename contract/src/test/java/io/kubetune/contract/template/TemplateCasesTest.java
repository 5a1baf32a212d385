package io.kubetune.contract.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Small templates, one for each thing that the language has, render as in transformers' own
/// environment; `src/test/python/template_cases.py` asks it.
class TemplateCasesTest {
  @TestFactory
  Stream<DynamicTest> rendersWhatTransformersRenders() throws IOException {
    JsonNode golden;
    try (InputStream in = getClass().getResourceAsStream("template-cases.json")) {
      golden = JsonMapper.shared().readTree(in);
    }
    Map<String, Value> variables = new HashMap<>();
    golden
        .get("variables")
        .forEachEntry((name, value) -> variables.put(name, JsonValues.of(value)));
    return golden
        .get("cases")
        .valueStream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.get("template").stringValue(), () -> check(each, variables)));
  }

  private static void check(JsonNode each, Map<String, Value> variables) {
    String text = each.get("template").stringValue();
    if (each.has("rendered")) {
      assertThat(render(text, variables)).as(text).isEqualTo(each.get("rendered").stringValue());
    } else {
      assertThatThrownBy(() -> render(text, variables))
          .as(text + " is " + each.get("error"))
          .isInstanceOf(TemplateException.class)
          .extracting(e -> ((TemplateException) e).line())
          .matches(line -> line > 0);
    }
  }

  private static String render(String template, Map<String, Value> variables) {
    return ChatTemplate.parse(template)
        .render(variables, LocalDateTime.of(2026, 2, 3, 4, 5, 6))
        .text();
  }
}
