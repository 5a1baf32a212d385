package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// `data preview` and `data check --model` as they are typed. A shell script answers as
/// `templates/contract/inspect.md` says, because what is tested is what happens around the trainer;
/// `scripts/test-binary` asks the real one.
class DataPreviewTest {
  @TempDir Path folder;

  private Path rows;

  @BeforeEach
  void rowsWithABlankLine() throws Exception {
    rows =
        Files.writeString(folder.resolve("rows.jsonl"), "\n{\"text\":\"a\"}\n\n{\"text\":\"b\"}\n");
  }

  private Typed typed(String script, String... arguments) throws Exception {
    Path launcher =
        Files.createDirectories(folder.resolve("trainer/bin")).resolve("kubetune-trainer");
    Files.writeString(launcher, "#!/bin/sh\necho \"$@\" > " + folder + "/asked\n" + script);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Typed.command(
        Map.of("KUBETUNE_TRAINER_HOME", folder.resolve("trainer").toString()), arguments);
  }

  @Test
  void aRowIsShownWithItsOwnPlaceAndMarksAndWithoutControlCharacters() throws Exception {
    Typed typed =
        typed(
            """
            printf '%s\\n' '{"contract":1,"file":"train.jsonl","row":2,"tokens":5,"label_tokens":2,"max_length":512,"untrusted_turns":0,"special_in_user_turns":2,"sanitized":true,"text":"q\\u001b[2Ja","segments":[{"text":"q\\u001b[2J\\n","learned":false,"tokens":3},{"text":"a","learned":true,"tokens":2}]}'
            """,
            "data",
            "preview",
            rows.toString(),
            "--model",
            "m",
            "--row",
            "2",
            "--loss-on",
            "all",
            "--sanitize");

    assertThat(typed.status()).as(typed.err()).isZero();
    assertThat(typed.out()).isEqualTo("q\\u001b[2J\n[[a]]\n");
    assertThat(typed.err())
        .startsWith(rows + ":4: 5 tokens, 2 of them learned")
        .contains("in user and tool turns, spelled like special tokens: 2; kept as text");
    assertThat(Files.readString(folder.resolve("asked")))
        .matches("inspect --model m --data \\S+/data --loss-on all --sanitize true --row 2\n");
  }

  @Test
  void aRowThatTheTrainerRefusesIsNamedByTheUsersOwnLine() throws Exception {
    Typed typed =
        typed(
            "echo \"Error: /tmp/x/data/train.jsonl:2: the template refuses it\" >&2; exit 4",
            "data",
            "preview",
            rows.toString(),
            "--model",
            "m");

    assertThat(typed.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(typed.err()).contains(rows + ":4: the template refuses it");
  }

  @Test
  void checkWithAModelCountsWhatTheTrainerCounts() throws Exception {
    String counts =
        """
        echo '{"contract":1,"file":"train.jsonl","rows":2,"documents":2,"tokens":9,"label_tokens":7,"row_tokens":9,"max_length":4,"longer_than_max_length":1,"truncated":1,"split":0,"excluded":0,"untrusted_turns":3,"special_in_user_turns":1,"sanitized":false,"row_length":{"shortest":3,"median":4,"p90":6,"p99":6,"longest":6},"histogram":[{"from":3,"to":6,"rows":2}]}'
        """;
    Typed typed = typed(counts, "data", "check", rows.toString(), "--model", "m");
    assertThat(typed.status()).as(typed.err()).isZero();
    assertThat(typed.out())
        .contains("This model:  9 tokens in 2 documents, 7 of them learned")
        .contains("Max length:  4; 1 rows are longer, 1 truncated")
        .contains("Not learned: 3 answers")
        .contains(
            "Special:     in user and tool turns, spelled like special tokens: 1; they become")
        .contains("--sanitize keeps them as text");
    Typed json = typed(counts, "data", "check", rows.toString(), "--model", "m", "-o", "json");
    assertThat(
            JsonMapper.shared().readTree(json.out()).path("exact").path("label_tokens").intValue())
        .isEqualTo(7);
  }

  @Test
  void aRowThatThereIsNotIsRefusedBeforeTheTrainerIsAsked() throws Exception {
    Typed typed = typed("exit 9", "data", "preview", rows.toString(), "--model", "m", "--row", "3");
    assertThat(typed.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(typed.err()).contains("rows 1 to 2");
    assertThat(folder.resolve("asked")).doesNotExist();
  }
}
