package io.kubetune.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class TemplateTest {
  @Test
  void valuesKeepTheirTypeAndAbsentOnesTakeTheirKeyAlong() {
    Template template =
        Template.ofText(
            "t",
            """
            count: ${count}
            text: "a-${name}-b"
            gone: ${gone?}
            none: ${none?}
            labels:
              own: yes-please
              ${...labels}: spliced
            args: [first, "${...args}", last, "${gone?}"]
            """);
    assertThat(
            template.fill(
                Map.of(
                    "count", 3,
                    "name", "x$1\\",
                    "gone", Optional.empty(),
                    "none", List.of(),
                    "labels", Map.of("team", "search"),
                    "args", List.of("a", "b"))))
        .isEqualTo(
            Map.of(
                "count",
                3,
                "text",
                "a-x$1\\-b",
                "labels",
                Map.of("own", "yes-please", "team", "search"),
                "args",
                List.of("first", "a", "b", "last")));
  }

  @Test
  void aVariableWithoutAValueAndAValueWithoutAVariableAreBothNamed() {
    IllegalStateException refused =
        catchThrowableOfType(
            IllegalStateException.class,
            () -> Template.ofText("t", "a: ${x}\nb: ${y}").fill(Map.of("x", 1, "z", 2)));
    assertThat(refused.getMessage()).isEqualTo("template t: no value for [y]; no use for [z]");
  }

  @Test
  void aSplicedKeyThatIsAlreadyThereIsRefused() {
    IllegalStateException refused =
        catchThrowableOfType(
            IllegalStateException.class,
            () -> Template.ofText("t", "a: 1\n${...more}: x").fill(Map.of("more", Map.of("a", 2))));
    assertThat(refused.getMessage()).contains("'a' is there twice");
  }

  @Test
  void aValueIsNeverReadAsATemplate() {
    assertThat(Template.ofText("t", "a: ${x}").fill(Map.of("x", "${y}")))
        .isEqualTo(Map.of("a", "${y}"));
    assertThat(Template.ofText("t", "a: x${x}").fill(Map.of("x", "${y}")))
        .isEqualTo(Map.of("a", "x${y}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a: b",
        "a #b",
        "- a",
        "{a: b}",
        "[a]",
        "'",
        "\"",
        "a\nb",
        "a\nb\n",
        "a\n\n",
        "\na",
        " a\nb",
        "a \nb",
        "\ta\nb",
        "a\tb",
        "a\rb",
        "a\r\nb",
        "yes",
        "NO",
        "on",
        "Off",
        "y",
        "null",
        "~",
        "0",
        "-1",
        "0x1f",
        "0o17",
        "017",
        "1e3",
        "1_000",
        "12:30",
        "1.5",
        ".inf",
        ".nan",
        "2026-11-23",
        "!tag",
        "&anchor",
        "*alias",
        "? key",
        "| block",
        "> folded",
        "%directive",
        "@at",
        "`tick",
        "---",
        "...",
        "--- a",
        "${x}",
        "$(VAR)",
        "\\n",
        "\u0000",
        "\u0007",
        "\u0085",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "é",
        "日本語",
        "🙂",
        "a\n🙂\n",
        "<<",
        "=",
        "key: |\n  x\n",
        "a\n---\nb: c\n",
        ",",
        "a, b",
        "trailing:"
      })
  void everyTextIsReadBackExactlyAsAValueAndAsAKey(String text) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("value", text);
    tree.put("list", List.of(text, Map.of("k", text)));
    tree.put("map", Map.of(text, "x"));
    String yaml = YamlText.of(tree);
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(yaml))
        .as(yaml)
        .isEqualTo(tree);
  }

  @Test
  void noTextIsBareThatYaml11ReadsOtherwise() {
    for (String text :
        List.of(
            "yes", "NO", "on", "Off", "y", "N", "null", "True", "1_000", "12:30", "0o17", "1e3")) {
      assertThat(YamlText.of(Map.of("a", text))).isEqualTo("a: \"" + text + "\"\n");
    }
    assertThat(YamlText.of(Map.of("a", "registry.example.com:5000/x:1")))
        .isEqualTo("a: registry.example.com:5000/x:1\n");
    assertThat(YamlText.of(Map.of("a", true, "b", 1))).contains("a: true\n").contains("b: 1\n");
  }
}
