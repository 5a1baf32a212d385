package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.submit.RunName;
import io.kubetune.cli.submit.RunStore;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestReaderTest {
  @TempDir Path folder;

  @Test
  void flagsAloneMakeARequest() {
    TuneRequest request =
        read(
            Map.of(
                Field.NAME, List.of("bot"),
                Field.RUNTIME, List.of("local"),
                Field.MODEL, List.of("./tiny"),
                Field.DATA, List.of("a.jsonl", "b.jsonl"),
                Field.RANK, List.of("16"),
                Field.SET, List.of("LoraConfig.target_modules=[q_proj, v_proj]"),
                Field.LABEL, List.of("team=search")));
    assertThat(request.name()).isEqualTo("bot");
    assertThat(request.runtime()).isEqualTo(RuntimeKind.LOCAL);
    assertThat(request.method()).isEqualTo(Method.LORA);
    assertThat(request.model()).isEqualTo(new Location.Local(folder.resolve("tiny")));
    assertThat(request.data())
        .containsExactly(
            new Location.Local(folder.resolve("a.jsonl")),
            new Location.Local(folder.resolve("b.jsonl")));
    assertThat(request.labels()).containsExactly(Map.entry("team", "search"));
    assertThat(request.config().overrides())
        .containsExactly(
            new ConfigOverride(
                "LoraConfig.target_modules", "[q_proj, v_proj]", "--set LoraConfig.target_modules"),
            new ConfigOverride("LoraConfig.r", "16", "--rank"));
  }

  @Test
  void allProblemsOfARequestAreReportedAtOnceWithTheirPlace() {
    List<Problem> problems =
        problemsOf(
            Map.of(
                Field.NAME, List.of("Bot_1"),
                Field.RUNTIME, List.of("cloud"),
                Field.METHOD, List.of("full"),
                Field.MODEL, List.of("ftp://x"),
                Field.GPUS, List.of("many"),
                Field.MEMORY, List.of("16 GB"),
                Field.TTL, List.of("soon"),
                Field.TOLERATION, List.of("gpu:Sometimes"),
                Field.LABEL, List.of("no-value"),
                Field.ENV, List.of("HF_TOKEN=hf_abc")));
    assertThat(problems.stream().map(Problem::place))
        .contains(
            "--name",
            "--runtime",
            "--method",
            "--model",
            "--data",
            "--gpus",
            "--memory",
            "--ttl",
            "--toleration",
            "--label no-value",
            "--env HF_TOKEN");
    assertThat(problems.toString()).doesNotContain("hf_abc");
  }

  @Test
  void keysThatCantBeSetHideNothingElseOfTheTrainingConfig() throws IOException {
    write("own.yaml", "training_config:\n  TrainingArguments: {seed: x, learning_rats: 1}\n");
    List<Problem> problems =
        problemsOf(
            Map.of(
                Field.NAME, List.of("bot"),
                Field.RUNTIME, List.of("local"),
                Field.MODEL, List.of("./m"),
                Field.DATA, List.of("r.jsonl"),
                Field.CONFIG, List.of("own.yaml"),
                Field.RANK, List.of("0"),
                Field.SET,
                    List.of(
                        "LoraConfig.rnk=3",
                        "Lora=3",
                        "TrainingArguments.max_steps=[",
                        "TrainingArguments.weight_decay={",
                        "LoraConfig.lora_alpha=much")));
    assertThat(problems.stream().map(Problem::place))
        .containsExactlyInAnyOrder(
            "--set LoraConfig.rnk",
            "--set Lora",
            "--set TrainingArguments.max_steps",
            "--set TrainingArguments.weight_decay",
            "--set LoraConfig.lora_alpha",
            "--rank",
            "own.yaml:2 TrainingArguments.seed",
            "own.yaml:2 TrainingArguments.learning_rats");
  }

  @Test
  void aConfigThatIsNoYamlIsNamedAsItWasGivenAndOneThatIsNotThereInWords() throws IOException {
    write("own.yaml", "training_config:\n  LoraConfig: [\n");
    List<Problem> problems =
        problemsOf(Map.of(Field.CONFIG, List.of("own.yaml"), Field.GPUS, List.of("x")));
    assertThat(problems.stream().map(Problem::place)).contains("own.yaml:3:1", "--gpus");
    problems = problemsOf(Map.of(Field.CONFIG, List.of("gone.yaml")));
    assertThat(problems.toString())
        .contains("can't read gone.yaml (no such file or folder)")
        .doesNotContain("Exception");
  }

  @Test
  void aTuneFileIsReadAndFlagsWinOverIt() throws IOException {
    write(
        "tune.yaml",
        """
        apiVersion: tune.kubetune.io/v1alpha1
        kind: Tune
        metadata:
          name: bot
          labels: {team: search, stage: dev}
        spec:
          runtime: local
          model: ./tiny
          data: [rows.jsonl]
          config:
            LoraConfig:
              r: 8
              target_modules: [q_proj, "v_proj"]
            ModelConfig: {chat_template: "a: {{ b }}"}
        """);
    TuneRequest request =
        read(
            Map.of(
                Field.FILE, List.of("tune.yaml"),
                Field.NAME, List.of("other"),
                Field.LABEL, List.of("stage=prod"),
                Field.SET, List.of("LoraConfig.r=32")));
    assertThat(request.name()).isEqualTo("other");
    assertThat(request.labels()).isEqualTo(Map.of("team", "search", "stage", "prod"));
    assertThat(request.config().overrides())
        .containsExactlyInAnyOrder(
            new ConfigOverride(
                "LoraConfig.target_modules",
                "[q_proj, \"v_proj\"]",
                "tune.yaml:13 spec.config.LoraConfig.target_modules"),
            new ConfigOverride(
                "ModelConfig.chat_template",
                "a: {{ b }}",
                "tune.yaml:14 spec.config.ModelConfig.chat_template"),
            new ConfigOverride("LoraConfig.r", "32", "--set LoraConfig.r"));
  }

  @Test
  void anUnknownKeyIsNamedWithItsLineAndTheNearestKnownOne() throws IOException {
    write(
        "tune.yaml",
        """
        apiVersion: tune.kubetune.io/v1
        kind: Tune
        metadata: {name: bot}
        spec:
          runtime: local
          modle: ./tiny
          data: [rows.jsonl]
          data: [again.jsonl]
          pod:
            gpu: 1
        """);
    List<Problem> problems = problemsOf(Map.of(Field.FILE, List.of("tune.yaml")));
    assertThat(problems.stream().map(Problem::toString))
        .contains(
            "tune.yaml:1 apiVersion: a version that is not known; write tune.kubetune.io/v1alpha1",
            "tune.yaml:6 spec.modle: unknown key; did you mean 'model'?",
            "tune.yaml:8 spec.data: the key is there twice; keep one of them",
            "tune.yaml:10 spec.pod.gpu: unknown key; did you mean 'gpus'?",
            "--model: missing; give " + Field.MODEL.help());
  }

  @Test
  void aFileThatIsNoYamlNamesItsLine() throws IOException {
    write("tune.yaml", "apiVersion: tune.kubetune.io/v1alpha1\nkind: [Tune\nmetadata: {}\n");
    List<Problem> problems = problemsOf(Map.of(Field.FILE, List.of("tune.yaml")));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().place()).isEqualTo("tune.yaml:3");
  }

  @Test
  void aFileThatIsMissingIsAProblemAmongTheOthers() {
    List<Problem> problems =
        problemsOf(Map.of(Field.FILE, List.of("gone.yaml"), Field.GPUS, List.of("x")));
    assertThat(problems.toString()).contains("gone.yaml").contains("--gpus").contains("--name");
  }

  @Test
  void aliasesThatWouldExplodeAreRefused() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    write("tune.yaml", bomb + "kind: Tune\n");
    assertThat(problemsOf(Map.of(Field.FILE, List.of("tune.yaml")))).isNotEmpty();
  }

  @Test
  void stdinIsAFileToo() {
    String text =
        "{apiVersion: tune.kubetune.io/v1alpha1, kind: Tune, metadata: {name: bot},"
            + " spec: {runtime: local, model: ./m, data: r.jsonl}}";
    RequestReader reader =
        new RequestReader(
            folder, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "abcde");
    assertThat(reader.read(flags(Map.of(Field.FILE, List.of("-")))).name()).isEqualTo("bot");
  }

  @Test
  void aRuntimeThatThereIsNotIsOneProblemAndNotThoseOfAnotherRuntime() {
    assertThat(
            problemsOf(
                Map.of(
                    Field.NAME, List.of("bot"),
                    Field.RUNTIME, List.of("locl"),
                    Field.MODEL, List.of("./m"),
                    Field.DATA, List.of("r.jsonl"))))
        .singleElement()
        .asString()
        .contains("'locl' is no runtime");
  }

  @Test
  void aGeneratedNameThatIsTakenIsGeneratedAnewAndAGivenOneIsNot() throws Exception {
    Map<Field, List<String>> asked =
        new EnumMap<>(
            Map.of(
                Field.GENERATE_NAME, List.of("bot-"),
                Field.RUNTIME, List.of("local"),
                Field.MODEL, List.of("./m"),
                Field.DATA, List.of("r.jsonl")));
    RunStore runs = new RunStore(folder.resolve("runs"));
    for (String taken : List.of("bot-abcde", "bot-two", "mine")) {
      Files.createDirectories(runs.folder(RunName.of(taken)).path());
    }
    Iterator<String> suffixes = List.of("two", "three").iterator();
    GeneratedName names = new GeneratedName(suffixes::next);
    GeneratedName.Attempt<String> create =
        request -> runs.create(RunName.of(request.name()), _ -> request.name());

    assertThat(names.tried(read(asked), create)).isEqualTo("bot-three");

    asked.put(Field.NAME, List.of("mine"));
    assertThat(catchThrowableOfType(TuneException.class, () -> names.tried(read(asked), create)))
        .hasMessageContaining("mine");
    GeneratedName stubborn = new GeneratedName(() -> "abcde");
    asked.remove(Field.NAME);
    assertThat(
            catchThrowableOfType(TuneException.class, () -> stubborn.tried(read(asked), create))
                .exitCode())
        .isEqualTo(ExitCode.ALREADY_EXISTS);
  }

  @Test
  void whoNamesNoRuntimeIsToldThatThisMachineIsOneToo() {
    Map<Field, List<String>> asked =
        Map.of(
            Field.NAME, List.of("bot"),
            Field.MODEL, List.of("./m"),
            Field.OUTPUT, List.of("r.example.com/a:1"),
            Field.DATA, List.of("r.jsonl"));
    assertThat(problemsOf(asked))
        .hasSize(2)
        .allMatch(each -> each.remedy().endsWith("or --runtime local to train here"));
    Map<Field, List<String>> chosen = new EnumMap<>(asked);
    chosen.put(Field.RUNTIME, List.of("job"));
    assertThat(problemsOf(chosen)).noneMatch(each -> each.remedy().contains("--runtime local"));
  }

  @Test
  void aGeneratedNameIsThePrefixAndTheSuffix() {
    assertThat(
            read(Map.of(
                    Field.GENERATE_NAME, List.of("bot-"),
                    Field.RUNTIME, List.of("local"),
                    Field.MODEL, List.of("./m"),
                    Field.DATA, List.of("r.jsonl")))
                .name())
        .isEqualTo("bot-abcde");
  }

  @Test
  void aModelsNameIsAFolderWhereThereIsOneAndElseAHubsOrAPresets() throws IOException {
    Files.createDirectories(folder.resolve("org/here"));
    LocationReader reader = new LocationReader(folder);
    assertThat(reader.model("org/here")).isEqualTo(new Location.Local(folder.resolve("org/here")));
    assertThat(reader.model("org/there"))
        .isEqualTo(new Location.HuggingFace("org/there", Optional.empty()));
    assertThat(reader.model("hf://org/there@v1"))
        .isEqualTo(new Location.HuggingFace("org/there", Optional.of("v1")));
    assertThat(reader.model("phi-4")).isEqualTo(new Location.Preset("phi-4"));
    assertThat(reader.model("image://r.example.com:5000/m:1"))
        .isEqualTo(new Location.Image("r.example.com:5000/m:1"));
    assertThat(reader.model("pvc://models/llama/3"))
        .isEqualTo(new Location.Claim("models", "llama/3"));
    assertThat(reader.data("https://h/x.jsonl?a=b"))
        .isEqualTo(new Location.Url(URI.create("https://h/x.jsonl?a=b")));
  }

  @Test
  void aFileOfAnImageStaysBelowItsData() {
    LocationReader reader = new LocationReader(folder);
    assertThat(reader.data("image://r.example.com/d:1#a b/#1.jsonl"))
        .isEqualTo(new Location.Image("r.example.com/d:1", "a b/#1.jsonl"));
    for (String text : List.of("image://r/d#", "image://r/d#../x", "image://r/d#/etc/passwd")) {
      assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> reader.data(text)))
          .as(text)
          .isNotNull();
    }
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> reader.model("image://r/m:1#config.json")))
        .isNotNull();
  }

  @Test
  void aClaimsPathThatLeavesTheClaimIsRefused() {
    for (String text : List.of("pvc://c/../x", "pvc://c/a/../../x", "pvc://c//x", "pvc://C/x")) {
      assertThat(
              catchThrowableOfType(
                  IllegalArgumentException.class, () -> new LocationReader(folder).data(text)))
          .as(text)
          .isNotNull();
    }
  }

  @Test
  void aPasswordInsideAUrlIsRefusedAndNotRepeated() {
    IllegalArgumentException refused =
        catchThrowableOfType(
            IllegalArgumentException.class,
            () -> new LocationReader(folder).data("https://me:hunter2@h/x.jsonl"));
    assertThat(refused.getMessage()).doesNotContain("hunter2");
  }

  @Test
  void aFlagForAPodIsNoUseToALocalRun() {
    List<Problem> problems =
        problemsOf(
            Map.of(
                Field.NAME, List.of("bot"),
                Field.RUNTIME, List.of("local"),
                Field.MODEL, List.of("./m"),
                Field.DATA, List.of("r.jsonl"),
                Field.GPUS, List.of("1"),
                Field.OUTPUT, List.of("pvc://c/x")));
    assertThat(problems.stream().map(Problem::place))
        .containsExactlyInAnyOrder("--gpus", "--output-image");
  }

  @Test
  void whatTheManifestsSetThemselvesCanNotBeGiven() {
    List<Problem> problems =
        problemsOf(
            Map.of(
                Field.NAME, List.of("bot"),
                Field.MODEL, List.of("phi-4"),
                Field.DATA, List.of("https://h/x"),
                Field.OUTPUT, List.of("r.example.com/a:1"),
                Field.LABEL, List.of("tune.kubetune.io/run=other", "kueue.x-k8s.io/queue-name=q"),
                Field.ENV, List.of("YAML_FILE_PATH=/x", "A=b"),
                Field.SECRET_ENV, List.of("A=s/k"),
                Field.INSTANCE_TYPE, List.of("big"),
                Field.NODE_SELECTOR, List.of("node.kubernetes.io/instance-type=small")));
    assertThat(problems.stream().map(Problem::place))
        .containsExactlyInAnyOrder(
            "--label tune.kubetune.io/run",
            "--label kueue.x-k8s.io/queue-name",
            "--env YAML_FILE_PATH",
            "--env A",
            "--node-selector node.kubernetes.io/instance-type");
  }

  @Test
  void theExampleFileIsReadWithoutAProblem() throws IOException {
    Path example = Path.of(System.getProperty("kubetune.root"), "templates/tune.yaml");
    Files.copy(example, folder.resolve("tune.yaml"));
    TuneRequest request = read(Map.of(Field.FILE, List.of("tune.yaml")));
    assertThat(request.name()).isEqualTo("kubectl-bot");
    assertThat(request.config().overrides()).hasSize(6);
  }

  private TuneRequest read(Map<Field, List<String>> values) {
    return new RequestReader(folder, new ByteArrayInputStream(new byte[0]), "abcde")
        .read(flags(values));
  }

  private List<Problem> problemsOf(Map<Field, List<String>> values) {
    TuneException refused = catchThrowableOfType(TuneException.class, () -> read(values));
    assertThat(refused).isNotNull();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_REQUEST);
    return refused.problems();
  }

  private static Flags flags(Map<Field, List<String>> values) {
    return Flags.of(new EnumMap<>(values));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
