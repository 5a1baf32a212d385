package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The commands about runs as they are typed, over runs of real processes.
class RunCommandsTest {
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
  void statusOfARunThatEndedWellHasItsImageItsLossesAndTheNextCommand() throws Exception {
    succeeded();

    Typed status = typed("status", "first");

    assertThat(status.status()).isZero();
    assertThat(status.out())
        .contains("Succeeded")
        .contains("2/2")
        .contains("█▁")
        .contains("loss 3.5000")
        .contains("loss 2.5000")
        .contains("sha256:")
        .contains("kubectl tune pull-adapter first");
  }

  @Test
  void aDigestInAWideListIsAsLongAsPeopleCompareIt() {
    String digest = "0123456789ab".repeat(6).substring(0, 64);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Terminal terminal =
        Terminal.plain(new PrintStream(shown), System.err, InputStream.nullInputStream());
    RunRow row =
        new RunRow(
            "",
            "bot",
            "job",
            "Succeeded",
            "",
            "",
            Instant.now(),
            "image://r.example.com/m:1@sha256:" + digest,
            "r.example.com/a:1",
            "job.batch/bot",
            JsonNodeFactory.instance.objectNode());

    RunRow.table(List.of(row), false, true).print(terminal);

    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("image://r.example.com/m:1@sha256:0123456789ab  ")
        .doesNotContain(digest);
  }

  @Test
  void statusSaysOnceOfAnEvaluationThatItWasBeforeOrAfter() throws Exception {
    succeeded();
    assertThat(typed("status", "first").out())
        .containsPattern("Eval before: loss 3.5000, .*accuracy 41.0 %\n")
        .containsPattern("Eval after: +loss 2.5000, .*accuracy 52.0 %\n");
  }

  @Test
  void statusAsJsonIsOneObjectWithEverything() throws Exception {
    succeeded();

    JsonNode json = new JsonMapper().readTree(typed("status", "first", "-o", "json").out());

    assertThat(json.path("phase").asString()).isEqualTo("Succeeded");
    assertThat(json.path("exitCode").asInt(-1)).isZero();
    assertThat(json.path("progress").path("step").asInt()).isEqualTo(2);
    assertThat(json.path("evaluation").path("after").path("loss").asDouble()).isEqualTo(2.5);
    assertThat(json.path("image").path("digest").asString()).startsWith("sha256:");
  }

  @Test
  void statusAsYamlQuotesWhatYaml11WouldReadAsSomethingElse() throws Exception {
    runs.created("on", "exit 0");

    Typed status = typed("status", "on", "-o", "yaml");

    assertThat(status.out()).startsWith("name: \"on\"\nruntime: local\nphase: Pending\n");
  }

  @Test
  void statusOfAKilledRunSaysSoWithTheSignal() throws Exception {
    RunFolder run = runs.started("first", "exec sleep 600");
    LocalRuns.await(run, state -> state.phase().toString().equals("Running"));
    run.supervision().orElseThrow().trainer().orElseThrow().live().orElseThrow().destroyForcibly();
    LocalRuns.await(run, state -> state.phase().isOver());

    assertThat(typed("status", "first").out()).contains("Failed").contains("9 (SIGKILL)");
    assertThat(typed("wait", "first").status()).isEqualTo(ExitCode.KILLED.code());
    assertThat(typed("logs", "-f", "first").status()).isEqualTo(ExitCode.KILLED.code());
  }

  @Test
  void logsTellTheStagesAsLinesWhereThereIsNoTerminal() throws Exception {
    succeeded();

    assertThat(typed("logs", "first").out().lines())
        .anyMatch(line -> line.startsWith("loading") && line.contains("2.7M llama + 98.3k lora"))
        .anyMatch(line -> line.startsWith("evaluating") && line.endsWith("before"))
        .anyMatch(line -> line.startsWith("training") && line.contains("step 2/2"))
        .anyMatch(line -> line.startsWith("evaluating") && line.endsWith("after"));
  }

  @Test
  void logsAsJsonAreTheEventsAndNothingElse() throws Exception {
    RunFolder run = succeeded();

    assertThat(typed("logs", "first", "-o", "json").out())
        .isEqualTo(Files.readString(run.eventsFile()));
  }

  @Test
  void aTornLastLineOfTheEventsIsNeitherToldNorTaken() throws Exception {
    RunFolder run = succeeded();
    String whole = Files.readString(run.eventsFile());
    Files.writeString(run.eventsFile(), "{\"event\":\"step\",\"ti", StandardOpenOption.APPEND);

    assertThat(typed("logs", "first", "-o", "json").out()).isEqualTo(whole);
    assertThat(typed("status", "first").status()).isZero();
  }

  @Test
  void rawLogsWithATailAreTheTrainersLastLines() throws Exception {
    succeeded();

    assertThat(typed("logs", "first", "--raw").out()).startsWith("loading\n");
    assertThat(typed("logs", "first", "--raw", "--tail", "1").out().lines())
        .singleElement()
        .asString()
        .contains("\"completed\"");
    assertThat(typed("logs", "first", "--tail", "0").out()).isEmpty();
  }

  @Test
  void listHasARowForEachRunAndNamesThatFeedOtherCommands() throws Exception {
    succeeded();
    runs.created("second", "exit 0");

    assertThat(typed("list").out().lines())
        .hasSize(3)
        .anyMatch(line -> line.matches("NAME +RUNTIME +STATUS +STEPS +LOSS +AGE"))
        .anyMatch(line -> line.matches("first +local +Succeeded +2/2 +2.7500 +.*s"));
    assertThat(typed("list", "-o", "name").out()).isEqualTo("run/first\nrun/second\n");
    assertThat(typed("status", "run/first", "-o", "name").out()).isEqualTo("run/first\n");
    assertThat(new JsonMapper().readTree(typed("list", "-o", "json").out()).path("items"))
        .hasSize(2);
  }

  @Test
  void pullAdapterOfARunMakesTheFolderWholeAndRefusesASecondOne() throws Exception {
    succeeded();
    Path to = folder.resolve("adapter");

    Typed pulled = typed("pull-adapter", "first", "--to", to.toString());

    assertThat(pulled.err()).isEmpty();
    assertThat(pulled.status()).isZero();
    assertThat(pulled.out()).contains("adapter_model.safetensors").contains("2.5000 after");
    assertThat(to.resolve("adapter_config.json")).exists();
  }

  @Test
  void pullAdapterOfARunWithoutOneSaysWhere() throws Exception {
    RunFolder run = runs.started("first", "exit 1");
    LocalRuns.await(run, state -> state.phase().isOver());

    Typed pulled = typed("pull-adapter", "first");

    assertThat(pulled.status()).isEqualTo(ExitCode.NOT_FOUND.code());
    assertThat(pulled.err()).contains("no adapter image: Failed");
  }

  @Test
  void deleteStopsARunThatGoesOnAndLeavesNothing() throws Exception {
    RunFolder run = runs.started("first", "exec sleep 600");
    LocalRuns.await(run, state -> state.phase().toString().equals("Running"));
    ProcessHandle trainer =
        run.supervision().orElseThrow().trainer().orElseThrow().live().orElseThrow();

    Typed deleted = typed("delete", "first", "--yes");

    assertThat(deleted.out()).isEqualTo("run/first deleted\n");
    assertThat(trainer.isAlive()).isFalse();
    assertThat(run.path()).doesNotExist();
    assertThat(typed("delete", "first").status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void aCancelledRunIsStoppedAndResumedToItsEnd() throws Exception {
    RunFolder run =
        runs.started(
            "first",
            "if [ -e checkpoint ]; then "
                + LocalRuns.TRAINS_WELL
                + "else trap 'touch checkpoint; exit 75' TERM; touch ready; while :; do sleep 0.05; done; fi");
    LocalRuns.awaitReady(run);

    Typed cancelled = typed("cancel", "first");

    assertThat(cancelled.out()).isEqualTo("run/first: Stopped\n");
    assertThat(cancelled.status()).isZero();
    assertThat(typed("status", "first").out()).contains("kubectl tune resume first");
    assertThat(typed("cancel", "first").status()).isEqualTo(ExitCode.BAD_REQUEST.code());

    assertThat(typed("resume", "first").status()).isZero();

    assertThat(LocalRuns.await(run, state -> state.phase().isOver()).phase())
        .hasToString("Succeeded");
    Typed again = typed("resume", "first");
    assertThat(again.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(again.err()).contains("it has succeeded");
  }

  @Test
  void waitGivesUpAfterItsTimeAndTheRunGoesOn() throws Exception {
    RunFolder run = runs.started("first", "exec sleep 600");

    Typed waited = typed("wait", "first", "--timeout", "1s");

    assertThat(waited.status()).isEqualTo(ExitCode.TIMEOUT.code());
    assertThat(LocalRuns.await(run, s -> true).phase().isOver()).isFalse();
  }

  private RunFolder succeeded() throws Exception {
    RunFolder run = runs.started("first", LocalRuns.TRAINS_WELL);
    LocalRuns.await(run, state -> state.phase().isOver());
    return run;
  }

  private Typed typed(String... arguments) {
    return Typed.command(runs.environment(), arguments);
  }
}
