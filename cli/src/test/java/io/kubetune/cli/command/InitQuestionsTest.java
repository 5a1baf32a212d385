package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.command.InitQuestions.Answers;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `init` asks, and that what it writes is a request.
class InitQuestionsTest {
  private static final Path TEMPLATE =
      Path.of(System.getProperty("kubetune.root"), "templates", "tune.yaml");
  private static final Answers LIKELY =
      new Answers("bot", "smollm2-135m-instruct", "./rows.jsonl", "job", Optional.empty(), "16");

  @TempDir private Path folder;

  private final ByteArrayOutputStream asked = new ByteArrayOutputStream();

  private Answers answered(String lines) throws Exception {
    PrintStream screen = new PrintStream(asked, true, StandardCharsets.UTF_8);
    Terminal terminal =
        Terminal.plain(
            screen, screen, new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    return new InitQuestions(terminal).ask(LIKELY);
  }

  private TuneRequest request(Answers answers) throws Exception {
    Path file = folder.resolve("tune.yaml");
    Files.writeString(file, answers.fill(Files.readString(TEMPLATE)));
    Files.writeString(folder.resolve("rows.jsonl"), "{}");
    return new RequestReader(folder, InputStream.nullInputStream(), "abcde")
        .read(Flags.of(Map.of(Field.FILE, List.of(file.toString()))));
  }

  @Test
  void emptyLinesTakeWhatIsLikelyAndTheFileIsARequest() throws Exception {
    TuneRequest request = request(answered("\n\n\n\n\n\n"));

    assertThat(request.name()).isEqualTo("bot");
    assertThat(request.runtime()).isEqualTo(RuntimeKind.JOB);
    assertThat(request.registry()).contains("registry.example.com/ml");
    assertThat(asked.toString(StandardCharsets.UTF_8)).contains("Name of the run [bot]: ");
  }

  @Test
  void whatIsTypedStandsInTheFileAndItsCommentsStay() throws Exception {
    Answers answers =
        answered("answers\n./model folder\nhttps://data.example.com/r.jsonl\nlocal\n64\n");
    String text = answers.fill(Files.readString(TEMPLATE));

    assertThat(text)
        .contains("  name: answers #", "    - https://data.example.com/r.jsonl", "runtime: local #")
        .contains("      r: 64 # rank")
        .doesNotContain("registry.example.com/ml\n");
    assertThat(text.lines().count()).isEqualTo(Files.readString(TEMPLATE).lines().count());
  }

  @Test
  void whatCantBeIsAskedAgain() throws Exception {
    Answers answers = answered("Not A Name\nbot-2\n\n\nnowhere\nlocal\nzero\n8\n");

    assertThat(answers.name()).isEqualTo("bot-2");
    assertThat(answers.runtime()).isEqualTo("local");
    assertThat(answers.rank()).isEqualTo("8");
    assertThat(asked.toString(StandardCharsets.UTF_8))
        .contains("'Not A Name' is not possible: small", "'nowhere' is not", "'zero' is not");
  }

  @Test
  void anEndOfTheInputIsNoAnswer() {
    assertThatThrownBy(() -> answered("bot-2\n"))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> assertThat(e.problems().getFirst().found()).contains("nothing was written"));
  }

  @Test
  void anAddressIsNoRegistryAndYamlIsQuoted() throws Exception {
    Answers answers =
        answered("\n./a: model # 1\n\njob\nhttps://r.example.com/ml\nr.example.com/ml\n\n");

    assertThat(answers.registry()).contains("r.example.com/ml");
    assertThat(request(answers).model().text()).endsWith("a: model # 1");
    assertThat(asked.toString(StandardCharsets.UTF_8)).contains("without https://");
    assertThat(asked.toString(StandardCharsets.UTF_8).split("\\]: |\n"))
        .allMatch(line -> line.length() < 80);
  }
}
