package io.kubetune.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataManifestTest {
  private static final DataManifest MANIFEST =
      new DataManifest(
          DataManifest.Shape.PROMPT_COMPLETION,
          List.of(
              new DataManifest.DataFile("train.jsonl", 5, 5_000_000_000L, "ab".repeat(32)),
              new DataManifest.DataFile("eval.jsonl", 1, 10, "cd".repeat(32))),
          "rows.csv",
          Map.of("prompt", "question"),
          List.of(
              new DataManifest.Origin("rows.csv", 1, 2),
              new DataManifest.Origin("rows.csv", 3, 7),
              new DataManifest.Origin("more.parquet", 5, 0)));

  @TempDir Path folder;

  @Test
  void whatIsWrittenReadsBackTheSame() throws Exception {
    Files.writeString(folder.resolve(DataManifest.FILE_NAME), MANIFEST.toJson());
    assertThat(DataManifest.read(folder)).isEqualTo(MANIFEST);
  }

  @Test
  void theJsonIsTheContracts() {
    assertThat(MANIFEST.toJson())
        .startsWith("{\"contract\":1,\"shape\":\"prompt_completion\",\"files\":[{\"name\":")
        .contains("\"source\":\"rows.csv\",\"mapping\":{\"prompt\":\"question\"},\"origins\":[{")
        .contains("{\"file\":\"rows.csv\",\"firstRow\":3,\"line\":7}")
        .endsWith("}\n");
  }

  @Test
  void aRowIsTracedToTheUsersOwnLine() {
    assertThat(MANIFEST.userPlace(1)).contains("rows.csv:2");
    assertThat(MANIFEST.userPlace(2)).contains("rows.csv:3");
    assertThat(MANIFEST.userPlace(4)).contains("rows.csv:8");
    assertThat(MANIFEST.userPlace(5)).contains("more.parquet");
    assertThat(MANIFEST.file("eval.jsonl")).get().extracting(f -> f.rows()).isEqualTo(1L);
    assertThat(MANIFEST.file("other.jsonl")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"contract\":2}",
        "{\"contract\":1}",
        "{\"contract\":\"x\"}",
        "not json",
        "[]",
        "{\"contract\":1,\"shape\":\"csv\",\"files\":[],\"source\":\"\",\"mapping\":{},\"origins\":[]}",
        "{\"contract\":1,\"shape\":\"text\",\"files\":[{\"name\":3}],\"source\":\"\",\"mapping\":{},"
            + "\"origins\":[]}"
      })
  void aManifestThatCantBeUnderstoodIsBadData(String text) throws Exception {
    Files.writeString(folder.resolve(DataManifest.FILE_NAME), text);
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> DataManifest.read(folder));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refused.problems().getFirst().place()).endsWith(DataManifest.FILE_NAME);
  }

  @Test
  void aFolderWithoutAManifestIsBadData() {
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> DataManifest.read(folder));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_DATA);
  }

  @Test
  void checkpointFoldersAreKnownByTheirName() {
    assertThat(RunFiles.checkpointStep(Path.of("out", RunFiles.checkpoint(500)))).hasValue(500);
    for (String other : List.of("checkpoint-", "checkpoint-5.tmp", "checkpoint-05", "x-5")) {
      assertThat(RunFiles.checkpointStep(Path.of(other))).as(other).isEmpty();
    }
  }
}
