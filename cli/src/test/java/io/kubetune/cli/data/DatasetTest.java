package io.kubetune.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a user's wrong dataset is answered with, and that nothing is left behind by it.
class DatasetTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private DataFacts normalise(Path... files) {
    List<String> named = Stream.of(files).map(Path::toString).toList();
    return Dataset.normalise(NormaliseRequest.of(named, folder.resolve("out")));
  }

  private TuneException refused(Path... files) throws Exception {
    TuneException e = catchThrowableOfType(TuneException.class, () -> normalise(files));
    assertThat(e).as("refused").isNotNull();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(each -> !Arrays.asList(files).contains(each)))
          .as("nothing is left behind")
          .isEmpty();
    }
    return e;
  }

  private String canonical(String rows) throws Exception {
    return Files.readString(normalise(file("rows.jsonl", rows)).folder().resolve("train.jsonl"));
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    TuneException e = refused(folder.resolve("nowhere.jsonl"));
    assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(e.problems().getFirst().toString()).endsWith("nowhere.jsonl: no such file");
  }

  @Test
  void theFirstTwentyProblemsAreShownAndAllAreCounted() throws Exception {
    String rows =
        IntStream.range(0, 5000)
            .mapToObj(i -> "{\"prompt\":\"p\"" + (i % 2 == 0 ? ",\"completion\":\"c\"}" : "}"))
            .collect(Collectors.joining("\n"));
    TuneException e = refused(file("rows.jsonl", rows));
    assertThat(e.getMessage()).contains("2500 problems, the first 20").contains("2500 rows");
    assertThat(e.problems()).hasSize(20);
    assertThat(e.problems().getLast().place()).endsWith("rows.jsonl:40 completion");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "question answer | --map question=prompt,answer=completion",
        "Question Answer | --map Question=prompt,Answer=completion",
        "instruction response | --map instruction=prompt,response=completion",
        "input output | --map input=prompt,output=completion",
        "query response | --map query=prompt,response=completion",
        "prompt answer | --map answer=completion",
        "dialog id | --map dialog=messages",
        "content | --map content=text"
      })
  void unknownColumnsAreAnsweredWithTheMappingToAdd(String columns, String flag) throws Exception {
    String row =
        Stream.of(columns.split(" "))
            .map(each -> "\"" + each + "\":\"x\"")
            .collect(Collectors.joining(",", "{", "}"));
    TuneException e = refused(file("rows.jsonl", (row + "\n").repeat(3)));
    assertThat(e.problems()).hasSize(1);
    assertThat(e.problems().getFirst().place()).contains("rows.jsonl:1");
    assertThat(e.problems().getFirst().remedy()).isEqualTo("add " + flag);
    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(
                    List.of(folder.resolve("rows.jsonl").toString()), folder.resolve("o"))
                .mapped(
                    flag.endsWith("messages")
                        ? ColumnMapping.parse("dialog=text")
                        : ColumnMapping.parse(flag.substring("--map ".length()))));
    assertThat(facts.rows()).as("the flag helps").isEqualTo(3);
  }

  @Test
  void aMappingOfAColumnThatIsNotThereIsNamed() throws Exception {
    Path rows = file("rows.jsonl", "{\"a\":\"x\",\"b\":\"y\"}\n");
    TuneException e =
        catchThrowableOfType(
            TuneException.class,
            () ->
                Dataset.normalise(
                    NormaliseRequest.of(List.of(rows.toString()), folder.resolve("out"))
                        .mapped(ColumnMapping.parse("q=prompt,b=completion"))));
    assertThat(e.problems()).hasSize(1);
    assertThat(e.problems().getFirst().toString()).contains("rows.jsonl:1 q").contains("a, b");
  }

  @Test
  void aMappingThatTheRowsHaveNoUseForIsNamedAndNotIgnored() throws Exception {
    Path rows = file("rows.jsonl", "{\"text\":\"x\",\"q\":\"y\"}\n");
    for (String map : List.of("q=prompt", "nothing=prompt")) {
      TuneException e =
          catchThrowableOfType(
              TuneException.class,
              () ->
                  Dataset.normalise(
                      NormaliseRequest.of(List.of(rows.toString()), folder.resolve("out"))
                          .mapped(ColumnMapping.parse(map))));
      assertThat(e.problems()).hasSize(1);
      assertThat(e.problems().getFirst().toString())
          .contains("rows.jsonl:1 " + map.substring(0, map.indexOf('=')))
          .contains(map.startsWith("q") ? "are read from text" : "it has text, q");
    }
  }

  @Test
  void preferencePairsAreRecognisedAndRefused() throws Exception {
    TuneException e =
        refused(file("rows.jsonl", "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n"));
    assertThat(e.problems().getFirst().toString())
        .contains("preference pairs")
        .contains("--map chosen=completion");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\":\"a\"}{\"text\":\"b\"} | more JSON after the row's end",
        "{\"text\":\"a\",\"text\":\"b\"} | Duplicate Object property \"text\"",
        "{\"text\":\"a\\ud800b\"} | a lone surrogate (\\ud800) at character 1",
        "{\"text\":\"a | the JSON ends early",
        "{\"text\":NaN} | not JSON",
        "{'text':'a'} | not JSON",
        "null | the row is a single value",
        "{\"text\":{\"a\":1}} | is an object, not a string"
      })
  void whatJsonParsersLetPassIsRefused(String row, String found) throws Exception {
    TuneException e = refused(file("rows.jsonl", "{\"text\":\"ok\"}\n" + row + "\n"));
    assertThat(e.problems()).hasSize(1);
    assertThat(e.problems().getFirst().place()).contains("rows.jsonl:2");
    assertThat(e.problems().getFirst().found()).contains(found);
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedAtTheirPlace() throws Exception {
    byte[] overlong = {
      '{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xC0, (byte) 0xAF, '"', '}'
    };
    Path rows = folder.resolve("rows.jsonl");
    Files.write(rows, overlong);
    assertThat(refused(rows).problems().getFirst().toString())
        .contains("rows.jsonl:1: byte 9 (0xC0) is not UTF-8");
    Files.write(rows, "{\"text\":\"a\"}\n".getBytes(StandardCharsets.UTF_16LE));
    assertThat(refused(rows).problems().getFirst().found()).contains("UTF-16");
  }

  @Test
  void aLineOf64MegabytesIsRefusedByLengthAndTheRestIsStillChecked() throws Exception {
    Path rows = folder.resolve("rows.jsonl");
    byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(rows)) {
      out.write("{\"text\":\"a\"}\n{\"text\":\"".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 64; i++) {
        out.write(block);
      }
      out.write("\"}\n{\"txt\":1}\n".getBytes(StandardCharsets.US_ASCII));
    }
    TuneException e = refused(rows);
    assertThat(e.problems()).hasSize(2);
    assertThat(e.problems().get(0).toString())
        .contains("rows.jsonl:2: a line of " + (64L * (1 << 20) + 11) + " bytes");
    assertThat(e.problems().get(1).place()).endsWith("rows.jsonl:3 text");
  }

  @Test
  void nestingWithoutEndIsRefused() throws Exception {
    TuneException e =
        refused(file("rows.jsonl", "{\"text\":\"a\"}\n{\"text\":" + "[".repeat(100_000) + "\n"));
    assertThat(e.problems().getFirst().place()).endsWith("rows.jsonl:2");
  }

  @Test
  void anArrayIsCutOffAtItsFirstFault() throws Exception {
    assertThat(
            refused(file("rows.json", "[{\"text\":\"a\"},\n 7]")).problems().getFirst().toString())
        .contains("rows.json:2: the row is a single value");
    assertThat(
            refused(file("rows.json", "[{\"text\":\"a\"}]\n{}")).problems().getFirst().toString())
        .contains("rows.json:2: more JSON after the array's end");
    assertThat(refused(file("rows.json", "[{\"text\":\"a\"}\n")).problems().getFirst().toString())
        .contains("the JSON ends early");
  }

  @Test
  void aFolderThatHoldsSomethingIsNotWrittenTo() throws Exception {
    Path rows = file("rows.jsonl", "{\"text\":\"a\"}\n");
    Files.createDirectories(folder.resolve("out"));
    Files.writeString(folder.resolve("out/mine.txt"), "keep");
    TuneException e = catchThrowableOfType(TuneException.class, () -> normalise(rows));
    assertThat(e.exitCode()).isEqualTo(ExitCode.ALREADY_EXISTS);
    assertThat(folder.resolve("out/mine.txt")).hasContent("keep");
  }

  @Test
  void furtherKeysOfMessagesAreKeptForTheTemplate() throws Exception {
    String rows =
        """
        {"id":7,"tools":[{"type":"function","function":{"name":"f","strict":null}}],"messages":[{"content":"q/é\\u0001","name":"u","role":"user"},{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":{"x":1.5,"n":12345678901234567890}}}]},{"role":"tool","content":"r","tool_call_id":null},{"role":"assistant","content":"a"}]}
        """;
    assertThat(canonical(rows))
        .isEqualTo(
            """
            {"messages":[{"role":"user","content":"q/é\\u0001","name":"u"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1.5,"n":12345678901234567890}}}]},{"role":"tool","content":"r"},{"role":"assistant","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}]}
            """);
  }

  @Test
  void emptyAnswersAndUnusedColumnsAreWarnedOfWithTheirFirstPlace() throws Exception {
    DataFacts facts =
        normalise(
            file(
                "rows.jsonl",
                "{\"prompt\":\"p\",\"completion\":\"c\",\"id\":1}\n"
                    + "{\"prompt\":\"p\",\"completion\":\" \"}\n".repeat(2)));
    assertThat(facts.warnings()).hasSize(2);
    assertThat(facts.warnings().get(0).found()).isEqualTo("columns that are not used: id");
    assertThat(facts.warnings().get(1).toString())
        .contains("rows.jsonl:2: an empty answer (the first of 2 rows)");
  }

  @Test
  void partsOfTextAreOneTextAndOtherPartsAreRefused() throws Exception {
    String parts =
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},%s]},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
    assertThat(canonical(parts.formatted("{\"type\":\"text\",\"text\":\"c\"}")))
        .contains("\"content\":\"ac\"");
    Files.walk(folder.resolve("out"))
        .sorted(java.util.Comparator.reverseOrder())
        .forEach(each -> each.toFile().delete());
    TuneException e = refused(file("rows.jsonl", parts.formatted("{\"type\":\"image_url\"}")));
    assertThat(e.problems().getFirst().place()).endsWith("rows.jsonl:1 messages[0].content[1]");
  }

  @Test
  void conversationsInCsvAreJsonInTheirCells() throws Exception {
    Path rows =
        file(
            "rows.csv",
            "id,messages\n1,\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"q\"\"},"
                + "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"a\"\"}]\"\n");
    assertThat(Files.readString(normalise(rows).folder().resolve("train.jsonl")))
        .isEqualTo(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}\n");
  }

  @Test
  void whatTheDataSaysCannotSteerTheTerminal() throws Exception {
    TuneException e =
        refused(
            file("rows.jsonl", "{\"messages\":[{\"role\":\"\\u001b[2J\",\"content\":\"a\"}]}\n"));
    assertThat(e.problems().getFirst().found()).doesNotContain("\u001b");
  }
}
