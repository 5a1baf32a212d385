package io.kubetune.cli.submit;

import static io.kubetune.cli.submit.LocalRuns.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes of a run, with real ones: a supervisor of this build, and shell scripts in the
/// trainer's place, because what is tested is how any trainer's life and death is handled.
class LocalTest {
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
  void aTrainerThatEndsWellHasItsAdapterPackagedInTheRequestsImage() throws Exception {
    RunFolder run = started(LocalRuns.TRAINS_WELL);

    RunState state = await(run, each -> each.phase().isOver());

    assertThat(state.message()).isEmpty();
    assertThat(state.phase()).isEqualTo(RunState.Phase.SUCCEEDED);
    assertThat(state.image().orElseThrow().digest()).startsWith("sha256:");
    assertThat(folder.resolve("image-first").resolve("index.json")).exists();
  }

  @Test
  void anImageThatCanNotBeWrittenFailsTheRunAndKeepsTheAdapter() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    RunFolder run = runs.created("first", LocalRuns.TRAINS_WELL, "oci:" + file.resolve("image"));

    runs.local().start(run);

    RunState state = await(run, each -> each.phase().isOver());
    assertThat(state.phase()).isEqualTo(RunState.Phase.FAILED);
    assertThat(state.code()).isEqualTo(ExitCode.STORAGE);
    assertThat(run.resultsFolder().resolve("adapter_model.safetensors")).exists();
  }

  @Test
  void aTrainerKilledBySignal9IsToldWithItsSignal() throws Exception {
    RunFolder run = started("exec sleep 600");
    ProcessHandle trainer = trainer(run);

    trainer.destroyForcibly();

    RunState state = await(run, each -> each.phase().isOver());
    assertThat(state.phase()).isEqualTo(RunState.Phase.FAILED);
    assertThat(state.code()).isEqualTo(ExitCode.KILLED);
    assertThat(state.message()).isEqualTo("the trainer was killed by signal 9 (SIGKILL)");
    assertThat(run.outcome().orElseThrow().trainerStatus()).hasValue(137);
  }

  @Test
  void aTrainersExitStatusIsTheRunsCodeAndItsLastWordsAreTheReason() throws Exception {
    RunFolder run = started("echo 'train.jsonl:7: no assistant turn' >&2; exit 4");

    RunState state = await(run, each -> each.phase().isOver());

    assertThat(state.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(state.message()).contains("train.jsonl:7: no assistant turn");
    assertThat(Files.readString(run.logFile())).contains("no assistant turn");
  }

  @Test
  void aFailedEventIsTheReasonWithThePlaceInTheUsersOwnFile() throws Exception {
    String event =
        "{\"event\":\"failed\",\"time\":\"2026-11-23T04:30:00.000Z\",\"code\":\"bad_data\","
            + "\"exit_code\":4,\"message\":\"no label token\",\"remedy\":\"shorten it\","
            + "\"place\":\"train.jsonl:3\"}";
    RunFolder run = runs.created("first", "echo '" + event + "'; echo talk >&2; exit 4");
    Files.writeString(
        run.dataFolder().resolve("manifest.json"),
        "{\"contract\":1,\"shape\":\"text\",\"files\":[],\"source\":\"rows.jsonl\",\"mapping\":{},"
            + "\"origins\":[{\"file\":\"rows.jsonl\",\"firstRow\":1,\"line\":7}]}");

    runs.local().start(run);

    RunState state = await(run, each -> each.phase().isOver());
    assertThat(state.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(state.message()).isEqualTo("rows.jsonl:9: no label token");
    assertThat(state.remedy()).isEqualTo("shorten it");
  }

  @Test
  void aTrainerThatStoppedOnRequestIsStoppedAndNotFailed() throws Exception {
    RunFolder run = started("exit 75");

    RunState state = await(run, each -> each.phase().isOver());

    assertThat(state.phase()).isEqualTo(RunState.Phase.STOPPED);
    assertThat(state.code()).isEqualTo(ExitCode.RESUME_ME);
  }

  @Test
  void aTrainerThatEndsWithoutTheSentinelHasFailedWhateverItsStatus() throws Exception {
    RunFolder run = started("exit 0");

    RunState state = await(run, each -> each.phase().isOver());

    assertThat(state.code()).isEqualTo(ExitCode.FAILED);
    assertThat(state.message()).contains("fine_tuning_completed.txt");
  }

  @Test
  void aTrainerThatCanNotBeStartedIsNamed() throws Exception {
    RunFolder run = started("exit 0");
    await(run, each -> each.phase().isOver());
    RunFolder second = runs.created("second", "exit 0");
    Files.delete(new TrainerProgram(second.record().trainerHome()).launcher());

    runs.local().start(second);

    RunState state = await(second, each -> each.phase().isOver());
    assertThat(state.code()).isEqualTo(ExitCode.FAILED);
    assertThat(state.message()).contains("can't start the trainer").contains("kubetune-trainer");
  }

  @Test
  void aRunWhoseSupervisorWasKilledGoesOnAndSaysSoAndThenFails() throws Exception {
    RunFolder run = started("exec sleep 600");
    ProcessHandle trainer = trainer(run);
    ProcessHandle supervisor = run.supervision().orElseThrow().supervisor().live().orElseThrow();

    supervisor.destroyForcibly();

    RunState orphan = await(run, each -> each.message().contains("supervisor"));
    assertThat(orphan.phase()).isEqualTo(RunState.Phase.RUNNING);
    assertThat(orphan.message()).contains("pid " + supervisor.pid()).contains("not be packaged");
    trainer.destroyForcibly();
    RunState state = await(run, each -> each.phase().isOver());
    assertThat(state.phase()).isEqualTo(RunState.Phase.FAILED);
    assertThat(state.code()).isEqualTo(ExitCode.KILLED);
  }

  @Test
  void aPidThatWasGivenToAnotherProcessIsNotOurs() throws Exception {
    ProcessMark ours = ProcessMark.of(ProcessHandle.current());
    ProcessMark earlier = new ProcessMark(ours.pid(), ours.started().minusSeconds(3600));

    assertThat(ours.live()).isPresent();
    assertThat(earlier.live()).isEmpty();
  }

  @Test
  void aSupervisorIsInASessionOfItsOwnThatNoTerminalCloses() throws Exception {
    RunFolder run = started("exec sleep 600");
    long supervisor = run.supervision().orElseThrow().supervisor().pid();

    assertThat(session(supervisor)).isEqualTo(supervisor);
    assertThat(session(trainer(run).pid())).isEqualTo(supervisor);
  }

  @Test
  void withoutSetsidTheSupervisorStillLeadsAProcessGroupThatCtrlCDoesNotReach() throws Exception {
    runs.environment().put("PATH", runs.pathWith("nohup", "sleep").toString());
    RunFolder run = started("exec sleep 600");
    long supervisor = run.supervision().orElseThrow().supervisor().pid();

    assertThat(group(supervisor)).isNotEqualTo(group(ProcessHandle.current().pid()));
  }

  @Test
  void stoppingKillsATrainerThatDoesNotListen() throws Exception {
    RunFolder run = started("trap '' TERM; touch ready; while :; do sleep 1; done");
    LocalRuns.awaitReady(run);
    ProcessHandle trainer = trainer(run);
    ProcessHandle supervisor = run.supervision().orElseThrow().supervisor().live().orElseThrow();

    runs.local().stop(run, Duration.ofMillis(200));

    assertThat(trainer.isAlive()).isFalse();
    assertThat(supervisor.isAlive()).isFalse();
    assertThat(RunState.of(run).message()).contains("SIGKILL");
  }

  @Test
  void stoppingAskedTheTrainerFirst() throws Exception {
    RunFolder run = started("trap 'exit 75' TERM; touch ready; while :; do sleep 0.05; done");
    LocalRuns.awaitReady(run);
    trainer(run);

    runs.local().stop(run, Duration.ofSeconds(20));

    assertThat(RunState.of(run).code()).isEqualTo(ExitCode.RESUME_ME);
  }

  @Test
  void aTakenNameIsRefusedAndTheRunThatHasItStays() throws Exception {
    RunFolder run = runs.created("first", "exit 0");
    RunRecord before = run.record();

    assertThatThrownBy(() -> runs.created("first", "exit 1"))
        .isInstanceOfSatisfying(
            TuneException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ALREADY_EXISTS));
    assertThat(run.record()).isEqualTo(before);
    assertThat(everything()).containsExactly("first");
  }

  @Test
  void aFillingThatFailsLeavesNothing() throws Exception {
    assertThatThrownBy(() ->
            runs.store()
                .create(
                    RunName.of("first"),
                    aside -> {
                      Files.writeString(aside.configFile(), "half");
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.STORAGE);
              assertThat(e.problems().getFirst().found()).contains("No space left on device");
            });
    assertThat(everything()).isEmpty();
  }

  @Test
  void aStateFolderThatCanNotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    RunStore nowhere = RunStore.of(Map.of("XDG_STATE_HOME", file.toString()));

    assertThatThrownBy(() -> nowhere.create(RunName.of("first"), aside -> aside))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.STORAGE);
              assertThat(e.problems().getFirst().place()).startsWith(file.toString());
            });
  }

  @Test
  void whatAKilledCreateLeftIsClearedByTheNextOne() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createDirectories(runs.store().root().resolve(".dead." + gone.pid()).resolve("data"));

    runs.created("first", "exit 0");

    assertThat(everything()).containsExactly("first");
  }

  @Test
  void namesOutsideDnsLabelsAreRefusedBeforeTheyBecomePaths() {
    for (String name : List.of("", "First", "a_b", "-a", "a-", "..", "a/b", "a".repeat(64))) {
      assertThatThrownBy(() -> RunName.of(name))
          .isInstanceOfSatisfying(
              TuneException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_REQUEST));
    }
    assertThat(RunName.of("a".repeat(63)).value()).hasSize(63);
  }

  private RunFolder started(String script) throws IOException {
    return runs.started("first", script);
  }

  private List<String> everything() throws IOException {
    if (!Files.exists(runs.store().root())) {
      return List.of();
    }
    try (var entries = Files.list(runs.store().root())) {
      return entries.map(each -> each.getFileName().toString()).toList();
    }
  }

  private static ProcessHandle trainer(RunFolder run) throws InterruptedException {
    await(run, each -> each.phase() == RunState.Phase.RUNNING);
    return run.supervision().orElseThrow().trainer().orElseThrow().live().orElseThrow();
  }

  // proc(5): fields 5 and 6 of /proc/PID/stat, counted after the command's closing parenthesis.
  private static long group(long pid) throws IOException {
    return statField(pid, 2);
  }

  private static long session(long pid) throws IOException {
    return statField(pid, 3);
  }

  private static long statField(long pid, int afterCommand) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[afterCommand]);
  }
}
