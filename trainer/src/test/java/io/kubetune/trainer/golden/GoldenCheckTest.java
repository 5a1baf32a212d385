package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every architecture computes what transformers and PEFT compute: logits, loss, gradients, five
/// steps, packed documents.
class GoldenCheckTest {
  private static final Path GOLDENS =
      Path.of(System.getProperty("kubetune.shared", "../shared"), "goldens");

  static List<Path> folders() throws IOException {
    if (!Files.isDirectory(GOLDENS)) {
      System.err.println("SKIPPED: there are no reference values at " + GOLDENS.toAbsolutePath());
      return List.of(Path.of("absent"));
    }
    try (Stream<Path> models = Files.list(GOLDENS.resolve("models"))) {
      return Stream.concat(
              models.filter(Files::isDirectory).sorted(), Stream.of(GOLDENS.resolve("nf4")))
          .toList();
    }
  }

  /// Biases, modules saved whole and full training: made by src/test/python/fields.py.
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"qwen2", "phi"})
  void rarerFieldsMatchTheReference(String name) {
    matchesTheReference(
        Path.of(
            System.getProperty("kubetune.root", ".."), "trainer/src/test/resources/fields", name));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("folders")
  void matchesTheReference(Path folder) {
    assumeTrue(Files.isDirectory(folder), "no reference values here");
    var bytes = new ByteArrayOutputStream();
    var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int status = GoldenCheck.run(new String[] {folder.toString()}, out);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(status).as(text).isZero();
    assertThat(text).doesNotContain("\n0 passed").contains("logits ");
  }
}
