package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("kubetune.root"));

  @Test
  void exitCodesInTheReadmeAreThoseOfTheProgram() throws IOException {
    List<String> expected =
        Arrays.stream(ExitCode.values())
            .map(code ->
                "| %d | `%s` | %s |"
                    .formatted(code.code(), code.name().toLowerCase(Locale.ROOT), code.meaning()))
            .toList();

    List<String> table =
        Files.readAllLines(ROOT.resolve("README.md")).stream()
            .filter(line -> line.matches("\\| \\d+ \\| `\\w+` \\|.*"))
            .toList();

    assertThat(table).isEqualTo(expected);
  }
}
