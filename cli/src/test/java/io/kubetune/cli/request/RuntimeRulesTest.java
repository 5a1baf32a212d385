package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeRulesTest {
  private static final Map<Field, String> KAITO =
      Map.of(
          Field.NAME, "bot",
          Field.RUNTIME, "kaito",
          Field.MODEL, "phi-4",
          Field.DATA, "https://h.example.com/x.parquet",
          Field.OUTPUT, "r.example.com/a:1",
          Field.OUTPUT_SECRET, "push");

  private static final Map<Field, String> JOB =
      Map.of(
          Field.NAME, "bot",
          Field.RUNTIME, "job",
          Field.MODEL, "phi-4",
          Field.DATA, "https://h.example.com/x.parquet",
          Field.OUTPUT, "r.example.com/a:1");

  @Test
  void theRequestsThatOthersHereDifferFromAreAccepted() {
    assertThat(problems(KAITO, Map.of())).isEmpty();
    assertThat(problems(JOB, Map.of())).isEmpty();
  }

  @Test
  void kaitoRefusesWhatAWorkspaceCanNotSay() {
    Map<Field, String> unsayable =
        Map.of(
            Field.GPUS, "1",
            Field.TOLERATION, "gpu",
            Field.QUEUE, "q",
            Field.CHECKPOINT_CLAIM, "c",
            Field.COLUMN, "prompt=q",
            Field.EVAL_DATA, "https://h.example.com/y",
            Field.WORKERS, "2");
    assertThat(problems(KAITO, unsayable)).hasSameSizeAs(unsayable.keySet());
  }

  @Test
  void kaitoLoadsNoFolderImageOrRevisionAndMixesNoSources() {
    for (String model : List.of("./m", "image://r/m:1", "pvc://c/m", "hf://org/name@v1")) {
      assertThat(problems(KAITO, Map.of(Field.MODEL, model))).as(model).containsExactly("--model");
    }
    for (String data : List.of("s3://b/x", "hf://org/name", "pvc://c/inside", "./rows.jsonl")) {
      assertThat(problems(KAITO, Map.of(Field.DATA, data))).as(data).containsOnly("--data");
    }
    assertThat(problems(KAITO, Map.of(Field.OUTPUT, "pvc://c/inside")))
        .containsExactly("--output-image");
  }

  @Test
  void kaitoPushesNothingWithoutItsSecret() {
    EnumMap<Field, String> request = new EnumMap<>(KAITO);
    request.remove(Field.OUTPUT_SECRET);
    assertThat(problems(request, Map.of())).containsExactly("--output-image-secret");
    assertThat(problems(request, Map.of(Field.OUTPUT, "pvc://c"))).isEmpty();
  }

  @Test
  void aDataImageIsForRowsOfThisMachineAndNamesWhatCanBePushedTo() {
    Map<Field, String> rows = Map.of(Field.DATA, "./rows", Field.DATA_IMAGE, "r.example.com/d:1");
    assertThat(problems(JOB, rows)).isEmpty();
    assertThat(problems(KAITO, rows)).isEmpty();
    assertThat(problems(JOB, Map.of(Field.DATA_IMAGE, "r.example.com/d:1")))
        .as("nothing to package")
        .containsExactly("--data-image");
    for (String no : List.of("oci:out", "r.example.com/d@sha256:" + "0".repeat(64), "r/UPPER:1")) {
      assertThat(problems(JOB, Map.of(Field.DATA, "./rows", Field.DATA_IMAGE, no)))
          .as(no)
          .containsExactly("--data-image");
    }
    assertThat(problems(JOB, Map.of(Field.EVAL_DATA, "./eval.jsonl")))
        .containsExactly("--eval-data");
    assertThat(
            problems(
                JOB, Map.of(Field.RUNTIME, "local", Field.DATA, "./rows", Field.DATA_IMAGE, "a/b")))
        .contains("--data-image");
  }

  @Test
  void aPodReadsNothingOfThisMachineUnlessItIsPackaged() {
    assertThat(problems(JOB, Map.of(Field.MODEL, "./m", Field.DATA, "rows.jsonl")))
        .containsExactlyInAnyOrder("--model", "--data");
    assertThat(problems(JOB, Map.of(Field.MODEL, "./m", Field.REGISTRY, "r.example.com/ml")))
        .isEmpty();
    assertThat(problems(JOB, Map.of(Field.OUTPUT, "oci:out"))).containsExactly("--output-image");
  }

  @Test
  void anOutputThatCanNotBeReadIsOneProblemNotTwo() {
    assertThat(problems(JOB, Map.of(Field.OUTPUT, "r.example.com/UPPER:1")))
        .containsExactly("--output-image");
  }

  @Test
  void gpusThatWouldStandIdleAreNotAskedFor() {
    assertThat(problems(JOB, Map.of(Field.GPUS, "2"))).containsExactly("--gpus");
    assertThat(problems(JOB, Map.of(Field.GPUS, "1"))).isEmpty();
    assertThat(problems(JOB, Map.of(Field.GPUS, "two"))).containsExactly("--gpus");
  }

  @Test
  void aFileThatDescribesAPodStillRunsOnThisMachine() {
    String file =
        """
        apiVersion: tune.kubetune.io/v1alpha1
        kind: Tune
        metadata: {name: bot, namespace: team-a}
        spec: {runtime: job, model: ./m, data: r.jsonl, queue: q, pod: {gpus: 1, env: {A: b}}}
        """;
    Map<Field, List<String>> flags =
        Map.of(Field.FILE, List.of("-"), Field.RUNTIME, List.of("local"));
    assertThat(reader(file).read(Flags.of(flags)).runtime()).isEqualTo(RuntimeKind.LOCAL);
  }

  private static List<String> problems(Map<Field, String> request, Map<Field, String> changes) {
    Map<Field, List<String>> values = new EnumMap<>(Field.class);
    request.forEach((field, value) -> values.put(field, List.of(value)));
    changes.forEach((field, value) -> values.put(field, List.of(value)));
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> reader("").read(Flags.of(values)));
    return refused == null
        ? List.of()
        : refused.problems().stream()
            .map(Problem::place)
            .map(place -> place.split(" ")[0])
            .toList();
  }

  private static RequestReader reader(String stdin) {
    return new RequestReader(
        Path.of("/nowhere"),
        new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
        "abcde");
  }
}
