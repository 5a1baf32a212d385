package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `data check`, `data split` and `data normalise`, as they are typed.
class DataCommandsTest {
  @TempDir Path folder;

  private Typed data(String... arguments) {
    List<String> all = new ArrayList<>(List.of("data"));
    all.addAll(List.of(arguments));
    return Typed.command(Map.of(), all.toArray(String[]::new));
  }

  private String file(String name, String... lines) throws Exception {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n").toString();
  }

  private String flawed() throws Exception {
    return file(
        "rows.jsonl",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"bot\",\"content\":\"a\"}]}",
        "",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}], \"id\":1}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"a\"}]}"
            .formatted("long ".repeat(3000)));
  }

  @Test
  void aFileThatIsMissingIsNotCountedAsARow() {
    Path missing = folder.resolve("missing.jsonl");
    assertThat(data("check", missing.toString()).out())
        .contains("none that can be trained on", missing + ": no such file")
        .doesNotContain("with problems");
  }

  @Test
  void checkSaysEverythingWithItsPlaceAndEndsWithOneWhereTrainingWouldRefuse() throws Exception {
    String rows = flawed();

    Typed checked = data("check", rows);

    assertThat(checked.status()).isEqualTo(1);
    assertThat(checked.out())
        .contains("4 sound, 1 with problems, messages")
        .contains(rows + ":2 messages[1].role: unknown role 'bot'")
        .contains(rows + ":4: as " + rows + ":1")
        .contains(rows + ":5: an empty answer (1 row)")
        .contains("█")
        .contains("2,048        1          25.0 %")
        .contains("Training would refuse this data.");
  }

  @Test
  void checkTellsProgramsTheSame() throws Exception {
    Typed checked = data("check", flawed(), "-o", "json");

    JsonNode report = JsonMapper.shared().readTree(checked.out());
    assertThat(report.get("accepted").booleanValue()).isFalse();
    assertThat(report.get("rows").intValue()).isEqualTo(4);
    assertThat(report.get("problemCount").intValue()).isEqualTo(1);
    assertThat(report.get("duplicateCount").intValue()).isEqualTo(1);
    assertThat(report.get("notices").get(0).get("notice").stringValue()).isEqualTo("empty_answer");
    assertThat(report.get("estimatedTokens").get("truncated").get(2).get("rows").intValue())
        .isEqualTo(1);
  }

  @Test
  void checkOfSoundRowsEndsWithZero() throws Exception {
    Typed checked = data("check", file("rows.txt", "one", "two"));
    assertThat(checked.status()).isZero();
    assertThat(checked.out()).contains("Training would accept this data.");
  }

  @Test
  void checkOfNothingNamesWhatIsMissing() {
    Typed checked = data("check", folder.resolve("none*.jsonl").toString());
    assertThat(checked.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(checked.err()).contains("matches no file");
  }

  @Test
  void fixLeavesOutWhatIsBrokenEmptyOrTwiceAndListsItAndTouchesNothingElse() throws Exception {
    String rows = flawed();
    String before = Files.readString(Path.of(rows));
    Path clean = folder.resolve("clean");

    Typed fixed = data("check", rows, "--fix", clean.toString());

    assertThat(fixed.status()).isZero();
    assertThat(Files.readString(Path.of(rows))).isEqualTo(before);
    DataManifest manifest = DataManifest.read(clean);
    assertThat(manifest.file(DataManifest.TRAIN).orElseThrow().rows()).isEqualTo(2);
    assertThat(manifest.userPlace(2)).contains(rows + ":6");
    assertThat(Files.readAllLines(clean.resolve("removed.jsonl")))
        .containsExactlyInAnyOrder(
            "{\"place\":\"%s:2 messages[1].role\",\"reason\":\"unknown role 'bot'\"}"
                .formatted(rows),
            "{\"place\":\"%s:4\",\"reason\":\"the same row came before\"}".formatted(rows),
            "{\"place\":\"%s:5\",\"reason\":\"an empty answer\"}".formatted(rows));
    assertThat(data("check", clean.toString()).out()).contains("2 sound, 0 with problems");
    assertThat(data("check", rows, "--fix", clean.toString()).status())
        .as("never over what is there")
        .isEqualTo(ExitCode.ALREADY_EXISTS.code());
  }

  @Test
  void splitCountsTheTokensOfTheRowsToTrainOnAlone() throws Exception {
    String[] lines =
        IntStream.range(0, 100)
            .mapToObj(i -> "{\"text\":\"row number %d\"}".formatted(i))
            .toArray(String[]::new);
    String split = folder.resolve("split").toString();

    String counted =
        data("split", file("rows.jsonl", lines), "--eval", "0.4", "--to", split, "-o", "json")
            .out();

    String alone =
        data("normalise", split + "/train.jsonl", "--to", split + "/again", "-o", "json").out();
    assertThat(tokens(counted)).isEqualTo(tokens(alone));
  }

  private static String tokens(String json) {
    return json.lines().filter(each -> each.contains("estimatedTokens")).findFirst().orElseThrow();
  }

  @Test
  void splitKeepsLikeRowsOnOneSideAndLosesNone() throws Exception {
    String[] lines =
        IntStream.range(0, 1000)
            .mapToObj(i -> "{\"text\":\"row %d\"}".formatted(i % 500))
            .toArray(String[]::new);
    Path split = folder.resolve("split");

    Typed typed =
        data("split", file("rows.jsonl", lines), "--eval", "0.2", "--to", split.toString());

    assertThat(typed.status()).isZero();
    List<String> train = Files.readAllLines(split.resolve("train.jsonl"));
    List<String> eval = Files.readAllLines(split.resolve("eval.jsonl"));
    assertThat(train.size() + eval.size()).isEqualTo(1000);
    assertThat(eval.size()).isBetween(120, 280);
    assertThat(train).doesNotContainAnyElementsOf(eval);
    Path again = folder.resolve("again");
    data(
        "split",
        folder.resolve("rows.jsonl").toString(),
        "--eval",
        "0.2",
        "--to",
        again.toString());
    assertThat(Files.readAllLines(again.resolve("eval.jsonl"))).isEqualTo(eval);
    Path other = folder.resolve("other");
    data(
        "split",
        folder.resolve("rows.jsonl").toString(),
        "--eval",
        "0.2",
        "--seed",
        "1",
        "--to",
        other.toString());
    assertThat(Files.readAllLines(other.resolve("eval.jsonl"))).isNotEqualTo(eval);
  }

  @Test
  void splitOfTooFewRowsLeavesNothingBehind() throws Exception {
    Path split = folder.resolve("split");
    Typed typed = data("split", file("rows.jsonl", "{\"text\":\"a\"}"), "--to", split.toString());
    assertThat(typed.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(split).doesNotExist();
    assertThat(data("split", "x", "--eval", "2", "--to", split.toString()).status())
        .isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void aTemplateMakesThePromptOfAnyColumns() throws Exception {
    String rows =
        file("rows.csv", "question,input,answer", "q1,,a1", "q2,\"some {input}, here\",a2");
    Path out = folder.resolve("out");

    Typed typed =
        data(
            "normalise",
            rows,
            "--map",
            "answer=completion",
            "--template",
            "[INST] {question} ({input}) [/INST]",
            "--template-without-input",
            "[INST] {question} {\"json\": 1} [/INST]",
            "--to",
            out.toString(),
            "-o",
            "json");

    assertThat(typed.status()).as(typed.err()).isZero();
    assertThat(JsonMapper.shared().readTree(typed.out()).get("rows").intValue()).isEqualTo(2);
    assertThat(Files.readString(out.resolve("train.jsonl")))
        .isEqualTo(
            """
            {"prompt":"[INST] q1 {\\"json\\": 1} [/INST]","completion":"a1"}
            {"prompt":"[INST] q2 (some {input}, here) [/INST]","completion":"a2"}
            """);
  }

  @Test
  void aTemplateOfAColumnThatIsNotThereNamesIt() throws Exception {
    Typed typed =
        data("check", file("rows.csv", "question,answer", "q,a"), "--template", "{quest}");
    assertThat(typed.status()).isEqualTo(1);
    assertThat(typed.out()).contains("rows.csv:1 quest: no such column; there is question, answer");
  }

  @Test
  void wrongFlagsAreRefusedAllAtOnce() throws Exception {
    String rows = file("rows.csv", "a,b", "1,2");
    Typed typed = data("check", rows, "--map", "a=propmt,b,a=text");
    assertThat(typed.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(typed.err()).contains("'propmt'").contains("--map b: not a pair");
    assertThat(data("check", rows, "--format", "xml").err()).contains("formats are jsonl, json");
    assertThat(data("check", rows, "--template", "no-such-file").err())
        .contains("neither a text with {column} fields nor a file");
  }

  @Test
  void ofAFolderOnlyTheTrainSplitIsTaken() throws Exception {
    Files.createDirectories(folder.resolve("set"));
    for (String name : List.of("train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl")) {
      Files.writeString(folder.resolve("set").resolve(name), "{\"text\":\"%s\"}\n".formatted(name));
    }
    Files.writeString(folder.resolve("set/test.jsonl"), "{\"text\":\"held out\"}\n");
    Files.writeString(folder.resolve("set/README.md"), "notes\n");
    Path out = folder.resolve("out");

    Typed typed = data("normalise", folder.resolve("set").toString(), "--to", out.toString());

    assertThat(typed.err()).contains("test.jsonl: left out");
    assertThat(Files.readAllLines(out.resolve("train.jsonl")))
        .containsExactly(
            "{\"text\":\"train-00000-of-00002.jsonl\"}",
            "{\"text\":\"train-00001-of-00002.jsonl\"}");
    String all = folder.resolve("set/*.jsonl").toString();
    assertThat(data("check", all).out()).contains("2 sound").contains("left out");
  }
}
