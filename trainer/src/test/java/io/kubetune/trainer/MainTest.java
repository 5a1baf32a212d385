package io.kubetune.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TimedEvent;
import io.kubetune.trainer.command.Shutdown;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The trainer from its command line to its files, on the example model.
class MainTest {
  @TempDir Path folder;

  private boolean atTerminal;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void goldenCountsWhatDeviatesAndEndsWithOne() throws Exception {
    String qwen2 =
        Path.of(System.getProperty("kubetune.root"), "trainer/src/test/resources/fields/qwen2")
            .toString();
    assertThat(run(Map.of(), "golden", qwen2)).as(text(out)).isZero();
    assertThat(text(out)).endsWith(" passed, 0 failed\n").doesNotStartWith("0 passed");

    out.reset();
    assertThat(run(Map.of(), "golden", qwen2, folder.toString())).isEqualTo(1);
    assertThat(text(out)).endsWith(" passed, 1 failed\n");
  }

  @Test
  void theProfilesPartsAreAStepsWholeTime() throws Exception {
    Path config = TinyRun.configure(folder, "max_steps: 6", "logging_steps: 1");
    assertThat(run(Map.of("YAML_FILE_PATH", config.toString()), "train", "--profile"))
        .as(text(err))
        .isZero();

    String table = text(err).substring(text(err).indexOf("PART"));
    assertThat(table).contains("matrix products", "attention", "head and cross-entropy", "rest");
    double share = 0;
    double milliseconds = 0;
    for (String line : table.lines().skip(1).filter(l -> l.endsWith("%")).toList()) {
      String[] words = line.strip().split("\\s+");
      share += Double.parseDouble(words[words.length - 1].replace("%", ""));
      milliseconds += Double.parseDouble(words[words.length - 2]);
    }
    assertThat(share).isCloseTo(100, within(1.0));
    double stepMilliseconds =
        events().stream()
            .filter(Event.Step.class::isInstance)
            .map(Event.Step.class::cast)
            .skip(2)
            .mapToDouble(step -> 1000 * step.seconds())
            .average()
            .orElseThrow();
    // Added up over the cores, so as many times the step at the most.
    assertThat(milliseconds)
        .isBetween(
            0.5 * stepMilliseconds,
            1.05 * Runtime.getRuntime().availableProcessors() * stepMilliseconds + 1);
  }

  @Test
  void aRunLeavesExactlyTheFilesOfTheContractAndAnAdapterThatAnswersOtherwise() throws Exception {
    Path config =
        TinyRun.configure(folder, "max_steps: 12", "save_steps: 5", "save_total_limit: 1");
    assertThat(run(Map.of("YAML_FILE_PATH", config.toString()), "train")).as(text(err)).isZero();

    Path results = folder.resolve("out");
    assertThat(names(results))
        .containsExactly(
            ".kubetune-run",
            "README.md",
            "adapter_config.json",
            "adapter_model.safetensors",
            "checkpoint-12",
            "eval_results.json",
            "events.jsonl",
            "fine_tuning_completed.txt");
    assertThat(results.resolve("events.jsonl")).hasContent(text(out));
    List<Event> events = events();
    assertThat(events.getFirst()).isInstanceOf(Event.Started.class);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            Event.Completed.class,
            completed ->
                assertThat(completed.evalLossAfter().orElseThrow())
                    .isLessThan(completed.evalLossBefore().orElseThrow() - 1));
    JsonNode evaluated =
        JsonMapper.shared().readTree(Files.readString(results.resolve("eval_results.json")));
    assertThat(evaluated.at("/after/loss").asDouble())
        .isLessThan(evaluated.at("/before/loss").asDouble());
    assertThat(evaluated.path("documents").asInt()).isEqualTo(6);
    assertThat(results.resolve("README.md")).content().contains("library_name: peft");

    // Finished, it is not trained again.
    byte[] adapter = Files.readAllBytes(results.resolve("adapter_model.safetensors"));
    out.reset();
    assertThat(run(Map.of(), "train", "--config", config.toString())).isZero();
    assertThat(events()).hasSize(1).first().isInstanceOf(Event.Completed.class);
    assertThat(results.resolve("adapter_model.safetensors")).hasBinaryContent(adapter);

    out.reset();
    String[] question = {"generate", "--model", TinyRun.MODEL.toString(), "--prompt", "Two pods?"};
    assertThat(run(Map.of(), question)).as(text(err)).isZero();
    String before = JsonMapper.shared().readTree(text(out)).path("text").asString();
    out.reset();
    String[] adapted =
        Stream.concat(
                Stream.of(question), Stream.of("--adapter=" + results, "--max-new-tokens", "128"))
            .toArray(String[]::new);
    assertThat(run(Map.of(), adapted)).as(text(err)).isZero();
    JsonNode answer = JsonMapper.shared().readTree(text(out));
    assertThat(answer.path("before").asString()).isEqualTo(before);
    assertThat(answer.path("after").asString()).isNotEqualTo(before);

    atTerminal = true;
    out.reset();
    run(Map.of(), question);
    assertThat(text(out)).isEqualTo(before + "\n");
    out.reset();
    run(Map.of(), adapted);
    assertThat(text(out))
        .isEqualTo("before: " + before + "\nafter:  " + answer.path("after").asString() + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "'', no verb",
    "fly, no verb fly",
    "train --rank 3, train has no option --rank",
    "train --config, --config needs a value",
    "generate --model x, generate needs --prompt",
    "generate --model x --prompt y --max-new-tokens 0, --max-new-tokens is '0'",
  })
  void aWrongCommandLineIsToldAndEndsWithUsage(String words, String told) {
    String[] all = words.isEmpty() ? new String[0] : words.split(" ");
    assertThat(run(Map.of(), all)).isEqualTo(ExitCode.USAGE.code());
    assertThat(text(err)).contains(told);
    assertThat(text(out)).isEmpty();
  }

  @Test
  void aFailureIsOneEventALineOfTalkAndNoFolder() throws Exception {
    Path config = TinyRun.configure(folder, "max_steps: 1");
    Files.writeString(folder.resolve("data/train.jsonl"), "{\"messages\":[]}\n");
    assertThat(run(Map.of(), "train", "--config", config.toString()))
        .isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(events())
        .singleElement()
        .isInstanceOfSatisfying(
            Event.Failed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo("bad_data");
              assertThat(failed.exitCode()).isEqualTo(ExitCode.BAD_DATA.code());
              assertThat(failed.place().orElseThrow()).contains("train.jsonl");
            });
    assertThat(text(err)).contains("train.jsonl").doesNotContain("\tat ");
    assertThat(folder.resolve("out")).doesNotExist();

    err.reset();
    run(Map.of(), "train", "--debug", "--config", config.toString());
    assertThat(text(err)).contains("\tat ");
  }

  @Test
  void anEvaluationOfNoRowsIsRefusedByEveryKeyThatAsksForIt() throws Exception {
    Path config =
        TinyRun.configure(
            folder,
            "eval_strategy: steps",
            "load_best_model_at_end: true",
            "early_stopping_patience: 2",
            "eval_steps: 500");
    Files.writeString(config, Files.readString(config).replace("split: 0.75", "split: 1"));
    assertThat(run(Map.of(), "train", "--config", config.toString()))
        .isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(text(err)).contains("eval_strategy", "early_stopping_patience", "train_test_split");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aDiskThatTakesNoMoreEndsTheRunAndLeavesNoHalfCheckpoint() throws Exception {
    Path config = TinyRun.configure(folder, "max_steps: 4", "save_steps: 2");
    Files.writeString(config, Files.readString(config).replace("r: 4", "r: 128"));
    // The adapter (10 MB) still fits, the optimizer's state behind it (31 MB) does not.
    Process process = TinyRun.start(config, folder.resolve("stderr"), "20000");
    List<String> lines;
    try (var reader = process.inputReader()) {
      lines = reader.lines().toList();
    }
    int status = process.waitFor();
    assertThat(folder.resolve("stderr")).content().contains("checkpoint-2", "File too large");
    assertThat(status).isEqualTo(ExitCode.STORAGE.code());
    assertThat(EventLine.read(lines.getLast()).orElseThrow().event())
        .isInstanceOf(Event.Failed.class);
    assertThat(names(folder.resolve("out"))).containsExactly(".kubetune-run", "events.jsonl");
  }

  @ParameterizedTest
  @CsvSource({
    "WORLD_SIZE=2 RANK=1, NOT_SUPPORTED, rank 1 of 2",
    "PET_NNODES=2 PET_NPROC_PER_NODE=4 PET_NODE_RANK=0, NOT_SUPPORTED, rank 0 of 8",
    "WORLD_SIZE=3 JOB_COMPLETION_INDEX=2, NOT_SUPPORTED, rank 2 of 3",
    "WORLD_SIZE=two, BAD_REQUEST, is no number",
    "WORLD_SIZE=1 PET_NPROC_PER_NODE=auto, BAD_REQUEST, no such file",
  })
  void otherProcessesAreRefusedNotForgotten(String variables, ExitCode code, String told) {
    Map<String, String> environment =
        Stream.of(variables.split(" "))
            .map(each -> each.split("="))
            .collect(Collectors.toMap(each -> each[0], each -> each[1]));
    int status = run(environment, "train", "--config", folder.resolve("none.yaml").toString());
    assertThat(status).isEqualTo(code.code());
    assertThat(text(err)).contains(told);
  }

  @Test
  void theLockIsHeldAndClaimedBeforeAnythingCanFail() throws Exception {
    Path lock = folder.resolve("lock");
    Map<String, String> environment = Map.of("KUBETUNE_LOCK_FILE", lock.toString());
    run(environment, "train", "--config", folder.resolve("none.yaml").toString());
    assertThat(folder.resolve("claimed")).exists();

    Path shared = Files.createDirectories(folder.resolve("shared"));
    Path taken = shared.resolve("lock");
    try (FileChannel other =
            FileChannel.open(taken, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = other.lock()) {
      assertThat(held.isValid()).isTrue();
      ProcessBuilder second =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  "io.kubetune.trainer.Main",
                  "train")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("second").toFile())
              .directory(folder.toFile());
      second.environment().put("KUBETUNE_LOCK_FILE", taken.toString());
      assertThat(second.start().waitFor()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    }
    assertThat(folder.resolve("second")).content().contains("another trainer holds this lock");
    assertThat(shared.resolve("claimed")).doesNotExist();
  }

  private int run(Map<String, String> environment, String... words) {
    return new Main(utf8(out), utf8(err), environment, new Shutdown(), () -> atTerminal).run(words);
  }

  private List<Event> events() {
    return text(out)
        .lines()
        .map(EventLine::read)
        .map(Optional::orElseThrow)
        .map(TimedEvent::event)
        .toList();
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private static PrintStream utf8(ByteArrayOutputStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
