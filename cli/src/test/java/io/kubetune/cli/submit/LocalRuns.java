package io.kubetune.cli.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Runs in a state folder of their own, with shell scripts in the trainer's place: for tests of how
/// any trainer's life and death is handled.
///
/// ```
/// LocalRuns runs = new LocalRuns(temporaryFolder);
/// RunFolder run = runs.started("first", "exit 4");
/// RunState end = LocalRuns.await(run, state -> state.phase().isOver());
/// ```
public final class LocalRuns {
  /// Writes what a trainer leaves that ended well; the run's folder is the working folder.
  public static final String TRAINS_WELL =
      """
      echo 'loading' >&2
      for event in \
        '{"event":"started","time":"2026-11-23T04:30:00.000Z","contract":1,"trainer":"0.1.0","method":"lora","architecture":"llama","parameters":2700000,"trainable_parameters":98304,"device":"cpu","threads":2,"storage_type":"bfloat16","compute_type":"float32","compute_reason":"no bf16","documents":96,"eval_documents":24,"tokens":9000,"label_tokens":5000,"truncated":0,"excluded":0,"steps":2,"epochs":1.0}' \
        '{"event":"evaluated","time":"2026-11-23T04:30:01.000Z","step":0,"when":"before","loss":3.5,"perplexity":33.1,"token_accuracy":0.41,"label_tokens":900,"documents":24,"seconds":0.5}' \
        '{"event":"step","time":"2026-11-23T04:30:02.000Z","step":1,"steps":2,"epoch":0.5,"loss":3.25,"grad_norm":1.5,"learning_rate":0.0002,"tokens":4500,"label_tokens":2500,"seconds":1.0,"tokens_per_second":4500.0,"peak_memory_bytes":200000000,"skipped":false}' \
        '{"event":"step","time":"2026-11-23T04:30:03.000Z","step":2,"steps":2,"epoch":1.0,"loss":2.75,"grad_norm":1.2,"learning_rate":0.0001,"tokens":4500,"label_tokens":2500,"seconds":1.0,"tokens_per_second":4500.0,"peak_memory_bytes":200000000,"skipped":false}' \
        '{"event":"evaluated","time":"2026-11-23T04:30:04.000Z","step":2,"when":"after","loss":2.5,"perplexity":12.2,"token_accuracy":0.52,"label_tokens":900,"documents":24,"seconds":0.5}' \
        '{"event":"completed","time":"2026-11-23T04:30:05.000Z","steps":2,"adapter":"results","train_seconds":2.0,"tokens":9000,"tokens_per_second":4500.0,"peak_memory_bytes":200000000,"final_loss":2.75,"eval_loss_before":3.5,"eval_loss_after":2.5}'
      do echo "$event"; echo "$event" >> results/events.jsonl; done
      echo '{"base_model_name_or_path":"tiny","r":8,"lora_alpha":16,"peft_type":"LORA","target_modules":["q_proj"]}' > results/adapter_config.json
      printf '\\125\\0\\0\\0\\0\\0\\0\\0{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}\\0\\0\\0\\0' > results/adapter_model.safetensors
      touch results/fine_tuning_completed.txt
      """;

  private final Path folder;
  private final Map<String, String> environment;

  public LocalRuns(Path folder) {
    this.folder = folder;
    this.environment = new HashMap<>(System.getenv());
    environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
  }

  /// The surroundings of every command about these runs; may be changed.
  public Map<String, String> environment() {
    return environment;
  }

  public RunStore store() {
    return RunStore.of(environment);
  }

  public Local local() {
    return new Local(store(), environment);
  }

  public RunFolder started(String name, String script) throws IOException {
    RunFolder run = created(name, script);
    local().start(run);
    return run;
  }

  public RunFolder created(String name, String script) throws IOException {
    return created(name, script, "oci:" + folder.resolve("image-" + name));
  }

  public RunFolder created(String name, String script, String output) throws IOException {
    Path home = folder.resolve("trainer-" + name);
    Path launcher = new TrainerProgram(home).launcher();
    if (!Files.exists(launcher)) {
      script(launcher, script);
    }
    RunRecord record =
        new RunRecord(
            RunName.of(name),
            Instant.now(),
            Map.of(),
            Map.of(),
            "/models/tiny",
            new RunRecord.Data("rows.jsonl", List.of("rows.jsonl"), 96, 24),
            output,
            RegistryWay.USUAL,
            home,
            Map.of());
    RunFolder run = store().folder(record.name());
    store()
        .create(
            record.name(),
            aside -> {
              Files.createDirectories(aside.resultsFolder());
              Files.createDirectories(aside.dataFolder());
              Files.writeString(aside.dataFolder().resolve("manifest.json"), "{}\n");
              Files.writeString(aside.configFile(), "training_config: {}\n");
              aside.write(record);
              return record;
            });
    return run;
  }

  /// Makes `create` find a trainer that is this script.
  public void trainer(String script) throws IOException {
    Path home = folder.resolve("trainer");
    script(new TrainerProgram(home).launcher(), script);
    environment.put("KUBETUNE_TRAINER_HOME", home.toString());
  }

  /// Ends whatever a test left running.
  public void stopAll() throws InterruptedException {
    for (RunFolder run : store().list()) {
      local().stop(run, Duration.ZERO);
    }
  }

  /// A PATH that has these programs and no others.
  public Path pathWith(String... programs) throws IOException {
    Path bin = folder.resolve("bin");
    for (String program : programs) {
      script(bin.resolve(program), "exec /usr/bin/" + program + " \"$@\"");
    }
    return bin;
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// Waits until the run's script has said `touch ready`: its traps are set then.
  public static void awaitReady(RunFolder run) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(60);
    while (!Files.exists(run.path().resolve("ready"))) {
      assertThat(Instant.now()).as("the script is not ready").isBefore(end);
      Thread.sleep(20);
    }
  }

  public static RunState await(RunFolder run, Predicate<RunState> condition)
      throws InterruptedException {
    Instant end = Instant.now().plusSeconds(60);
    RunState state = RunState.of(run);
    while (!condition.test(state)) {
      assertThat(Instant.now()).as("still %s", state).isBefore(end);
      Thread.sleep(20);
      state = RunState.of(run);
    }
    return state;
  }
}
