package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunName;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.config.ConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Columns, format and templates mean the same wherever they are said: in `data`, in `create` by
/// flags or by file, and in a pod's data-downloader.
class ReadingEverywhereTest {
  private static final String MODEL =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples", "tiny-llama")
          .toString();

  /// What a kubelet, a shell or YAML might take for more than text.
  private static final String WITH =
      "Q: \"{instruction}\" $(HOME) $$ {not a field}\n# {input}\\n'\n\tA:";

  private static final String WITHOUT = "- {instruction}: $(X)\nA:";

  private static final String CHAT =
      "{% for m in messages %}\n<|im_start|>{{ m.role }}: \"$(X) {{ m.content }}\"{% endfor %}\n";

  @TempDir Path folder;

  private LocalRuns runs;
  private Path rows;
  private Path prompt;
  private Path chat;
  private byte[] prepared;

  @BeforeEach
  void theSameRowsOnceAsTheyAreAndOnceInCanonicalForm() throws Exception {
    runs = new LocalRuns(folder);
    // By its name and its content a CSV of one column; only --format makes it one of three.
    rows =
        Files.writeString(
            folder.resolve("rows.csv"),
            "frage\tzusatz\tantwort\n2+2?\tin words\tfour\nwhy?\t\tbecause, $(this)\n");
    prompt = Files.writeString(folder.resolve("prompt.txt"), WITH);
    chat = Files.writeString(folder.resolve("chat.jinja"), CHAT);
    prepared =
        (line(WITH.replace("{instruction}", "2+2?").replace("{input}", "in words"), "four")
                + line(WITHOUT.replace("{instruction}", "why?"), "because, $(this)"))
            .getBytes(StandardCharsets.UTF_8);
  }

  private static String line(String prompt, String completion) {
    return JsonMapper.shared()
            .createObjectNode()
            .put("prompt", prompt)
            .put("completion", completion)
        + "\n";
  }

  @AfterEach
  void nothingGoesOnBehindTheTest() throws InterruptedException {
    runs.stopAll();
  }

  private Typed typed(String... arguments) {
    return Typed.command(runs.environment(), arguments);
  }

  private String[] withReading(String... first) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(
        List.of(
            "--map",
            "frage=instruction,zusatz=input,antwort=completion",
            "--format",
            "tsv",
            "--template",
            prompt.toString(),
            "--template-without-input",
            WITHOUT));
    return all.toArray(String[]::new);
  }

  @Test
  void dataNormaliseMakesThePreparedBytes() throws IOException {
    Path out = folder.resolve("out");
    Typed typed = typed(withReading("data", "normalise", rows.toString(), "--to", out.toString()));
    assertThat(typed.err()).doesNotContain("Error");
    assertThat(out.resolve("train.jsonl")).hasBinaryContent(prepared);
    Path again = folder.resolve("again");
    Path file = folder.resolve("prepared.jsonl");
    Files.write(file, prepared);
    typed("data", "normalise", file.toString(), "--to", again.toString());
    assertThat(again.resolve("train.jsonl"))
        .as("the prepared file is canonical")
        .hasBinaryContent(prepared);
  }

  @Test
  void aRunOnThisMachineGetsThePreparedBytesAndTheTemplatesText() throws Exception {
    runs.trainer("exit 75");
    Typed created =
        typed(
            withReading(
                "create",
                "first",
                "--runtime=local",
                "--model=" + MODEL,
                "--data=" + rows,
                "--chat-template=" + chat,
                "--wait"));
    assertThat(created.err()).doesNotContain("Error");
    assertSeen("first");
  }

  @Test
  void aFileSaysItAsFlagsDo() throws Exception {
    runs.trainer("exit 75");
    Path file =
        Files.writeString(
            folder.resolve("tune.yaml"),
            """
            apiVersion: tune.kubetune.io/v1alpha1
            kind: Tune
            metadata: {name: second}
            spec:
              runtime: local
              model: %s
              data: [%s]
              columns: {instruction: frage, input: zusatz, completion: antwort}
              format: tsv
              template: %s
              templateWithoutInput: "- {instruction}: $(X)\\nA:"
              chatTemplate: %s
            """
                .formatted(MODEL, rows, prompt, chat));
    Typed created = typed("create", "-f", file.toString(), "--wait");
    assertThat(created.err()).doesNotContain("Error");
    assertSeen("second");
  }

  @Test
  void initWritesWhatWasSaidIntoTheFile() throws Exception {
    runs.trainer("exit 75");
    Path file = folder.resolve("made.yaml");
    Typed made = typed(withReading("init", file.toString(), "--chat-template", chat.toString()));
    assertThat(made.status()).as(made.err()).isZero();
    Files.writeString(
        file,
        Files.readString(file)
            .replace("model: ./model", "model: " + MODEL)
            .replace("- ./rows.jsonl", "- " + rows));
    Typed created = typed("create", "third", "-f", file.toString(), "--wait");
    assertThat(created.err()).doesNotContain("Error");
    assertSeen("third");
    Typed bad = typed("init", folder.resolve("bad.yaml").toString(), "--template", "no field");
    assertThat(bad.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(folder.resolve("bad.yaml")).doesNotExist();
  }

  private void assertSeen(String name) {
    RunFolder run = runs.store().open(RunName.of(name));
    assertThat(run.dataFolder().resolve("train.jsonl")).hasBinaryContent(prepared);
    assertThat(ConfigReader.read(run.configFile()).config().model().chatTemplate()).contains(CHAT);
  }

  @Test
  void aPodsDownloaderIsToldTheTextsAndMakesThePreparedBytes() throws Exception {
    Typed rendered =
        typed(
            withReading(
                "create",
                "third",
                "--runtime=job",
                "--model=smollm2-135m-instruct",
                "--data=https://h.example.com/rows.csv",
                "--output-image=registry.example.com/a:1",
                "--chat-template=" + chat,
                "--dry-run=client",
                "-o",
                "json"));
    assertThat(rendered.status()).as(rendered.err()).isZero();
    JsonNode items = JsonMapper.shared().readTree(rendered.out()).required("items");
    JsonNode config = items.get(0).required("data").required("training_config.yaml");
    assertThat(ConfigReader.read(config.stringValue(), "config").config().model().chatTemplate())
        .contains(CHAT);
    List<String> arguments = new ArrayList<>();
    for (JsonNode each : items.get(1).at("/spec/template/spec/initContainers/0/args")) {
      arguments.add(
          each.stringValue()
              .replace("$$", "$") // as the kubelet does
              .replace("https://h.example.com/rows.csv", rows.toString())
              .replace("/mnt/data", folder.resolve("mnt").toString()));
    }
    arguments.removeIf(each -> each.startsWith("--model"));
    assertThat(arguments.toString()).doesNotContain(prompt.toString());
    Typed downloaded = typed(arguments.toArray(String[]::new));
    assertThat(downloaded.err()).doesNotContain("Error");
    assertThat(folder.resolve("mnt/train.jsonl")).hasBinaryContent(prepared);
  }

  @Test
  void whatIsNoTemplateIsRefusedByItsLineBeforeAnythingIsMade() throws Exception {
    runs.trainer("exec sleep 600");
    Path bad = Files.writeString(folder.resolve("bad.jinja"), "{% for m in messages %}\n{{ m. }}");
    Path plain = Files.writeString(folder.resolve("plain.txt"), "no field");
    String[][] refused = {
      {"--chat-template=" + bad, bad + ":2: TemplateSyntaxError"},
      {"--chat-template={{ x", "--chat-template: line 1 of the template: TemplateSyntaxError"},
      {"--chat-template=no-such.jinja", "--chat-template: 'no-such.jinja' is neither"},
      {"--set=ModelConfig.chat_template=" + bad, bad + ":2: TemplateSyntaxError"},
      {"--template=no-such.txt", "--template: 'no-such.txt' is neither"},
      {"--template=" + plain, plain + ": a file without {column} fields"},
      {"--template-without-input={x}", "given without --template"},
      {"--format=xml", "--format: 'xml' is no format"},
      {"--column=promt=q", "did you mean 'prompt'?"},
    };
    for (String runtime : List.of("local", "job")) {
      for (String[] each : refused) {
        // A cluster that can't be reached would be the next thing to be told.
        Typed created =
            typed(
                "create",
                "first",
                "--runtime=" + runtime,
                "--model=" + (runtime.equals("job") ? "smollm2-135m-instruct" : MODEL),
                "--data=" + (runtime.equals("job") ? "hf://a/b" : rows.toString()),
                "--output-image=registry.example.com/a:1",
                each[0]);
        assertThat(created.err()).contains(each[1]);
        assertThat(created.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
      }
    }
    assertThat(runs.store().list()).isEmpty();
    Typed preview =
        typed("data", "preview", rows.toString(), "--model", MODEL, "--chat-template", bad + "");
    assertThat(preview.err()).contains(bad + ":2: TemplateSyntaxError");
  }

  @Test
  void aFileNamesTheLineOfATextThatIsNoTemplate() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("tune.yaml"),
            """
            apiVersion: tune.kubetune.io/v1alpha1
            kind: Tune
            metadata: {name: first}
            spec:
              runtime: local
              model: %s
              data: [%s]
              template: gone.txt
              config:
                ModelConfig:
                  chat_template: |
                    {{ x }}
                    {%% nonsense %%}
            """
                .formatted(MODEL, rows));
    Typed created = typed("create", "-f", file.toString());
    assertThat(created.err())
        .contains(file + ":8 spec.template: 'gone.txt' is neither")
        .contains(file + ":11 spec.config.ModelConfig.chat_template: line 2 of the template");
    assertThat(created.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
  }

  @Test
  void aRowThatTheGivenTemplateRefusesIsNamedByItsLineBeforeAnythingIsMade() throws Exception {
    runs.trainer("exec sleep 600");
    String turns =
        "{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}\n";
    Path chats =
        Files.writeString(
            folder.resolve("chats.jsonl"),
            "\n{\"messages\":["
                + turns
                + "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                + turns);
    String strict =
        "{{ bos_token + '' }}{% for m in messages %}{% if m.role == 'system' %}"
            + "{{ raise_exception('no system turns') }}{% endif %}{{ m.content }}{% endfor %}";
    for (String[] each :
        new String[][] {
          {"create", "--runtime=local", "--model=" + MODEL},
          {"plan", "--runtime=local", "--model=" + MODEL},
          {
            "create",
            "--runtime=job",
            "--model=smollm2-135m-instruct",
            "--data-image=registry.example.com/d:1",
            "--output-image=registry.example.com/a:1"
          }
        }) {
      List<String> words = new ArrayList<>(List.of(each));
      words.addAll(List.of("first", "--data=" + chats, "--chat-template=" + strict));
      Typed refused = typed(words.toArray(String[]::new));
      assertThat(refused.err())
          .contains("it refuses 1 of its rows")
          .contains(chats + ":3: the chat template refuses it:")
          .contains("no system turns");
      assertThat(refused.status()).isEqualTo(ExitCode.BAD_DATA.code());
    }
    Path to = Files.createDirectory(folder.resolve("volume"));
    Typed pod =
        typed("pod", "download", "--data=" + chats, "--to=" + to, "--chat-template=" + strict);
    assertThat(pod.err()).contains("chats.jsonl:3: the chat template refuses it:");
    assertThat(pod.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(Files.list(to).toList()).isEmpty();
    Path none = folder.resolve("none");
    typed("download", "--data=" + chats, "--to=" + none, "--chat-template=" + strict);
    assertThat(none).doesNotExist();
    assertThat(runs.store().list()).isEmpty();
    assertThat(Files.list(runs.store().root()).toList()).as("nothing half made").isEmpty();
  }

  @Test
  void aTemplateThatLiesInAPodStaysAPath() {
    for (String[] each :
        new String[][] {
          {"job", "/workspace/weights/chat.jinja"}, {"kaito", "/workspace/chat_templates/phi.jinja"}
        }) {
      Typed rendered =
          typed(
              "create",
              "first",
              "--runtime=" + each[0],
              "--model=phi-3-mini-128k-instruct",
              "--data=https://h.example.com/rows.csv",
              "--output-image=pvc://results",
              "--set=ModelConfig.chat_template=" + each[1],
              "--dry-run=client",
              "-o",
              "yaml");
      assertThat(rendered.out()).as(rendered.err()).contains("chat_template: \"" + each[1] + "\"");
    }
  }

  @Test
  void kaitosTrainerReadsRowsAsTheyAreSoThatNothingIsIgnored() {
    Typed created =
        typed(
            withReading(
                "create",
                "first",
                "--runtime=kaito",
                "--model=phi-3-mini-128k-instruct",
                "--data=https://h.example.com/rows.csv",
                "--output-image=pvc://results",
                "--dry-run=client"));
    assertThat(created.err())
        .contains("--format: KAITO's trainer reads the data as it is")
        .contains("--template: KAITO's trainer reads the data as it is")
        .contains("--template-without-input: KAITO's trainer reads the data as it is");
  }
}
