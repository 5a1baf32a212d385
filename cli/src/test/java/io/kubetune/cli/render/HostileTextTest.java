package io.kubetune.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Texts of a user inside a whole Job: they come out as they went in, and nothing else changes.
class HostileTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "\"quoted\" 'twice'",
        "a: b",
        "x # no comment",
        "line\nbreak: true\n",
        "\n  privileged: true",
        "---\nkind: Secret",
        "${labels}",
        "${...env}",
        "$(PATH)",
        "\\\"]}",
        "*alias &anchor !!tag",
        "yes",
        "0x1f",
        "",
        "日本語 🙂 \u0000 \u2028"
      })
  void aTextComesOutAsItWentInAndChangesNothingElse(String text) {
    List<Map<?, ?>> plain = documents("plain");
    List<Map<?, ?>> hostile = documents(text);

    // The kubelet makes one $ of two, so that `$(NAME)` is not expanded.
    String forTheKubelet = text.replace("$", "$$");
    assertThat(env(hostile)).contains(Map.of("name", "TEXT", "value", forTheKubelet));
    assertThat(hostile.toString())
        .isEqualTo(
            plain
                .toString()
                .replace("name=TEXT, value=plain", "name=TEXT, value=" + forTheKubelet)
                .replace("--column=prompt=plain", "--column=prompt=" + column(forTheKubelet))
                .replace("note=plain", "note=" + text));
  }

  /// A column without a name is refused before.
  private static String column(String text) {
    return text.isEmpty() ? "plain" : text;
  }

  private static List<Map<?, ?>> documents(String text) {
    List<Manifest> manifests =
        Manifests.of(
            Requests.plan(
                "",
                "--name",
                "bot",
                "--model",
                "smollm2-135m-instruct",
                "--data",
                "https://h.example.com/rows.jsonl",
                "--output-image",
                "registry.example.com/a:1",
                "--env",
                "TEXT=" + text,
                "--column",
                "prompt=" + column(text),
                "--annotation",
                "note=" + text),
            false);
    List<Map<?, ?>> fromYaml = new ArrayList<>();
    for (Object each :
        new Load(LoadSettings.builder().build()).loadAllFromString(ManifestText.yaml(manifests))) {
      fromYaml.add((Map<?, ?>) each);
    }
    JsonNode json = JsonMapper.shared().readTree(ManifestText.json(manifests)).path("items");
    for (int i = 0; i < fromYaml.size(); i++) {
      assertThat(ManifestText.node(fromYaml.get(i))).isEqualTo(json.get(i));
    }
    return fromYaml;
  }

  private static List<Object> env(List<Map<?, ?>> documents) {
    Map<?, ?> spec = (Map<?, ?>) documents.getLast().get("spec");
    Map<?, ?> pod = (Map<?, ?>) ((Map<?, ?>) spec.get("template")).get("spec");
    return List.copyOf(
        (List<?>) ((Map<?, ?>) ((List<?>) pod.get("containers")).getFirst()).get("env"));
  }
}
