package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.cli.Typed;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunName;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `create` as it is typed, with the example model and rows; a shell script stands in the trainer's
/// place, because what is tested is what happens around it.
class CreateTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples");
  private static final String MODEL = EXAMPLES.resolve("tiny-llama").toString();
  private static final String ROWS = EXAMPLES.resolve("kubectl-answers.jsonl").toString();

  @TempDir Path folder;

  private LocalRuns runs;

  @BeforeEach
  void aStateFolderOfOurOwn() {
    runs = new LocalRuns(folder);
  }

  @AfterEach
  void nothingGoesOnBehindTheTest() throws InterruptedException {
    runs.stopAll();
  }

  @Test
  void createWithWaitEndsWithTheImageAndSaysWhatIsNext() throws Exception {
    runs.trainer(LocalRuns.TRAINS_WELL);

    Typed created = create("first", "--wait");

    assertThat(created.err()).contains("step 2/2").doesNotContain("Error");
    assertThat(created.status()).isZero();
    assertThat(created.out()).startsWith("run/first created\n").contains("Succeeded");
    RunFolder run = runs.store().open(RunName.of("first"));
    assertThat(run.imageFolder().resolve("oci-layout")).exists();
    assertThat(run.dataFolder().resolve("train.jsonl")).exists();
    assertThat(Files.readString(run.configFile()))
        .contains(run.resultsFolder().toString())
        .contains(MODEL);
  }

  @Test
  void createWithWaitEndsWithTheTrainersExitCode() throws Exception {
    runs.trainer("exit 11");

    assertThat(create("first", "--wait").status()).isEqualTo(ExitCode.DIVERGED.code());
  }

  @Test
  void withoutATerminalCreateComesBackAtOnceAndTellsTheRunAsJson() throws Exception {
    runs.trainer("exec sleep 600");

    Typed created = create("first", "-o", "json");

    JsonNode json = new JsonMapper().readTree(created.out());
    assertThat(created.status()).isZero();
    assertThat(json.path("name").asString()).isEqualTo("first");
    assertThat(json.path("data").path("train").asInt()).isGreaterThan(119);
    assertThat(json.path("phase").asString()).isIn("Pending", "Running");
  }

  @Test
  void createWithANameAloneInPrintFeedsOtherCommands() throws Exception {
    runs.trainer("exec sleep 600");

    assertThat(create("--generate-name", "-o", "name").out()).matches("run/run-[a-z0-9]{5}\n");
  }

  @Test
  void settingsOfTheCommandLineReachTheTrainer() throws Exception {
    runs.trainer("cp \"$YAML_FILE_PATH\" seen.yaml; exit 75");

    create(
        "--sanitize", "first", "--wait", "--rank", "16", "--set", "TrainingArguments.max_steps=7");

    RunFolder run = runs.store().open(RunName.of("first"));
    assertThat(Files.readString(run.path().resolve("seen.yaml")))
        .contains("r: 16")
        .contains("sanitize: true")
        .contains("max_steps: 7");
  }

  @Test
  void columnsAreNamedAsTheErrorAboutThemSays() throws Exception {
    runs.trainer("exit 75");
    Path rows = Files.createDirectories(runs.store().root()).resolveSibling("rows.jsonl");
    Files.writeString(rows, "{\"question\":\"2+2?\",\"answer\":\"4\"}\n");
    String[] words = {
      "create", "first", "--runtime", "local", "--model", MODEL, "--data", rows.toString(), "--wait"
    };

    assertThat(typed(words).err()).contains("--map question=prompt,answer=completion");
    List<String> mapped = new ArrayList<>(List.of(words));
    mapped.addAll(List.of("--map", "question=prompt,answer=completion"));
    typed(mapped.toArray(String[]::new));

    RunFolder run = runs.store().open(RunName.of("first"));
    assertThat(run.dataFolder().resolve("train.jsonl"))
        .hasContent("{\"prompt\":\"2+2?\",\"completion\":\"4\"}");
  }

  @Test
  void labelsAreKeptAndTheTrainersEnvironmentIsSet() throws Exception {
    runs.trainer("echo \"said $GREETING\"; exit 75");

    create("first", "--wait", "--label", "team=search", "--env", "GREETING=hello");

    assertThat(typed("logs", "first", "--raw").out()).isEqualTo("said hello\n");
    assertThat(typed("status", "first").out()).contains("team=search");
  }

  @Test
  void aDryRunPrintsTheTrainersConfigurationAndMakesNothing() throws Exception {
    Typed created = create("first", "--dry-run=client", "-o", "yaml", "--rank", "16");

    assertThat(created.out())
        .contains("r: 16")
        .contains("pretrained_model_name_or_path: \"" + MODEL);
    assertThat(runs.store().list()).isEmpty();
  }

  @Test
  void aTakenNameIsRefused() throws Exception {
    runs.trainer("exec sleep 600");
    create("first");

    Typed second = create("first");

    assertThat(second.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(second.err()).contains("kubectl tune delete first");
  }

  @Test
  void everyBadInputHasItsCodeAndLeavesNothing() throws Exception {
    runs.trainer("exec sleep 600");
    Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"messages\":[]}\n{\"text\":1}\n");
    Path noModel = Files.createDirectory(folder.resolve("empty"));

    assertRefused(create("Not_A_Label"), ExitCode.BAD_REQUEST, "Not_A_Label");
    assertRefused(create("first", "--rank", "0"), ExitCode.BAD_REQUEST, "--rank: 0");
    assertRefused(
        create("first", "--set", "LoraConfig.rnak=3"), ExitCode.BAD_REQUEST, "LoraConfig.r");
    assertRefused(
        create("first", "--learning-rate", "nan"), ExitCode.BAD_REQUEST, "--learning-rate");
    assertRefused(create("first", "--workers", "2"), ExitCode.BAD_REQUEST, "--workers");
    assertRefused(
        typed("create", "first", "--runtime=local", "--model=" + MODEL, "--data=" + bad),
        ExitCode.BAD_DATA,
        "bad.jsonl:1");
    assertRefused(
        typed("create", "first", "--runtime=local", "--model=" + noModel, "--data=" + ROWS),
        ExitCode.BAD_MODEL,
        "config.json");
    assertRefused(
        typed(
            "create",
            "first",
            "--runtime=job",
            "--model=org/name",
            "--data=hf://a/b",
            "--output-image=registry.example.com/a:1",
            "--kubeconfig=/no/such/kubeconfig"),
        ExitCode.CLUSTER,
        "/no/such/kubeconfig");
    assertRefused(create("first", "--wiat"), ExitCode.USAGE, "did you mean --wait?");
    assertRefused(typed("craete", "first"), ExitCode.USAGE, "did you mean create?");
    runs.environment().put("KUBETUNE_TRAINER_HOME", noModel.toString());
    assertRefused(create("first"), ExitCode.NOT_FOUND, noModel.toString());
    try (Stream<Path> left =
        Files.exists(runs.store().root()) ? Files.list(runs.store().root()) : Stream.empty()) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void ctrlCStopsTheFollowingAndNeverTheRun() throws Exception {
    runs.trainer("exec sleep 600");
    // What starts this test in the background may have it ignore Ctrl-C, and children inherit that.
    List<String> typed = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT"));
    typed.addAll(command("first", "--wait"));
    Process create = inItsOwnProcess(folder.resolve("said"), typed);
    RunFolder run = running("first");

    new ProcessBuilder("kill", "-INT", Long.toString(create.pid())).start().waitFor();

    assertThat(create.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(create.exitValue()).isEqualTo(ExitCode.INTERRUPTED.code());
    assertThat(Files.readString(folder.resolve("said"))).contains("kubectl tune logs -f first");
    assertThat(LocalRuns.await(run, state -> true).phase()).hasToString("Running");
  }

  @Test
  void aTerminalThatIsClosedTakesItsCreateWithItAndNeverTheRun() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "SKIPPED: no /usr/bin/script here");
    runs.trainer("sleep 3; " + LocalRuns.TRAINS_WELL);
    String typed =
        String.join(" ", command("first").stream().map(word -> "'" + word + "'").toList());
    Process terminal =
        inItsOwnProcess(
            folder.resolve("said"), List.of("/usr/bin/script", "-qec", typed, "/dev/null"));
    RunFolder run = running("first");
    List<ProcessHandle> inTerminal = terminal.descendants().toList();

    terminal.destroyForcibly();

    Instant end = Instant.now().plusSeconds(20);
    while (inTerminal.stream().anyMatch(ProcessHandle::isAlive)) {
      assertThat(Instant.now()).as("create outlives its terminal").isBefore(end);
      Thread.sleep(50);
    }
    assertThat(LocalRuns.await(run, state -> state.phase().isOver()).phase())
        .hasToString("Succeeded");
  }

  @Test
  void aDiskWithoutRoomIsToldAndNothingIsLeft() throws Exception {
    runs.trainer("exec sleep 600");
    Path rows = folder.resolve("many.jsonl");
    Files.writeString(rows, "{\"prompt\":\"why?\",\"completion\":\"because\"}\n".repeat(20_000));
    List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 256; exec \"$@\"", "sh"));
    command.addAll(command("first"));
    command.replaceAll(word -> word.equals(ROWS) ? rows.toString() : word);

    // A limit on the size of files meets the same writes as a full disk, and needs no disk to fill.
    Process create = inItsOwnProcess(folder.resolve("said"), command);

    assertThat(create.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(folder.resolve("said"))).contains("File too large");
    assertThat(create.exitValue()).isEqualTo(ExitCode.STORAGE.code());
    try (Stream<Path> left = Files.list(runs.store().root())) {
      assertThat(left).isEmpty();
    }
  }

  private static void assertRefused(Typed typed, ExitCode code, String said) {
    assertThat(typed.err()).contains(said).startsWith("Error: ");
    assertThat(typed.status()).isEqualTo(code.code());
    assertThat(typed.out()).isEmpty();
  }

  private RunFolder running(String name) throws Exception {
    RunFolder run = runs.store().folder(RunName.of(name));
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (!Files.exists(run.recordFile())) {
      assertThat(Instant.now()).isBefore(end);
      Thread.sleep(20);
    }
    LocalRuns.await(run, state -> state.phase().toString().equals("Running"));
    return run;
  }

  private Process inItsOwnProcess(Path said, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().clear();
    builder.environment().putAll(runs.environment());
    return builder.start();
  }

  private static List<String> command(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.kubetune.cli.Main"));
    command.addAll(arguments(options));
    return command;
  }

  private static List<String> arguments(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("create", "--runtime", "local", "--model", MODEL, "--data", ROWS));
    arguments.addAll(List.of(options));
    return arguments;
  }

  private Typed create(String... options) {
    return typed(arguments(options).toArray(String[]::new));
  }

  private Typed typed(String... arguments) {
    return Typed.command(runs.environment(), arguments);
  }
}
