package io.kubetune.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Every file of `goldens/datasets/bad` is accepted or refused as its `expected.json` says, at the
/// very line, field and byte.
class BadDatasetTest {
  @TempDir Path folder;

  static Stream<Arguments> files() {
    return Goldens.bad().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aFileIsAcceptedOrRefusedWhereItsFaultStands(String name, JsonNode expected)
      throws Exception {
    String file = Goldens.datasets().resolve("bad").resolve(name).toString();
    NormaliseRequest request = NormaliseRequest.of(List.of(file), folder.resolve("out"));
    if (expected.get("accepted").booleanValue()) {
      DataFacts facts = Dataset.normalise(request);
      assertThat(facts.rows())
          .isEqualTo(expected.has("rows") ? expected.get("rows").intValue() : 3);
      assertThat(Files.readAllLines(facts.folder().resolve("train.jsonl")))
          .hasSize((int) facts.rows());
      return;
    }
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> Dataset.normalise(request));
    assertThat(refused).as("refused").isNotNull();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refused.getMessage()).contains(name);
    Problem first = refused.problems().getFirst();
    String place = file + (expected.has("line") ? ":" + expected.get("line").intValue() : "");
    if (expected.has("field")) {
      place += " " + expected.get("field").stringValue();
    }
    // Where no field is expected, naming one as well is no less exact.
    assertThat(expected.has("field") ? first.place() : first.place().replaceFirst(" .*", ""))
        .isEqualTo(place);
    if (expected.has("byte_in_file")) {
      assertThat(first.found()).contains("byte " + expected.get("byte_in_file").intValue() + " ");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("nothing is left behind").isEmpty();
    }
  }
}
