package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.command.KubectlTune;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.config.Key;
import io.kubetune.contract.config.KeyTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ReadmeTest {
  private static final Pattern WORD = Pattern.compile("((?:[^ \"']|\"[^\"]*\"|'[^']*')+)");
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
        readme().lines().filter(line -> line.matches("\\| \\d+ \\| `\\w+` \\|.*")).toList();

    assertThat(table).isEqualTo(expected);
  }

  @Test
  void everyCommandIsInTheReadmeAndNoOther() throws IOException {
    List<String> commands =
        KubectlTune.commandLine(Terminal.ofProcess(Map.of()), Map.of())
            .getSubcommands()
            .entrySet()
            .stream()
            .filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
            .map(Map.Entry::getKey)
            .toList();

    List<String> rows =
        found(Pattern.compile("^\\| `kubectl tune ([a-z-]+)", Pattern.MULTILINE), readme());

    assertThat(rows).containsExactlyInAnyOrderElementsOf(commands);
  }

  @Test
  void everyKeyThatTheTrainerObeysIsInTheReadmeAndNoOther() throws IOException {
    List<String> expected = new ArrayList<>();
    Path keys = ROOT.resolve("templates/contract/training-config-keys.yaml");
    String section = "";
    for (String line : Files.readAllLines(keys)) {
      if (line.matches("\\w+:")) {
        section = line.substring(0, line.length() - 1);
      } else if (line.contains("standing: obeyed")) {
        expected.add(section + "." + line.strip().split(":")[0]);
      }
    }

    List<String> listed = new ArrayList<>();
    Matcher row =
        Pattern.compile("^\\| `([A-Z]\\w+)` \\| (.*) \\|$", Pattern.MULTILINE).matcher(readme());
    while (row.find()) {
      found(Pattern.compile("`(\\w+)`"), row.group(2))
          .forEach(key -> listed.add(row.group(1) + "." + key));
    }

    assertThat(listed).isEqualTo(expected);
  }

  @Test
  void theReadmeSaysOfEachTrainingArgumentWhatItDoes() throws IOException {
    String readme = readme();
    KeyTable.standard().section("TrainingArguments").stream()
        .filter(key -> key.standing() == Key.Standing.OBEYED)
        .forEach(key -> {
          String row = "| `" + key.name() + "` | ";
          assertThat(readme.lines().filter(line -> line.startsWith(row))).hasSize(1);
          assertThat(readme).contains(key.doc().replace("|", "\\|"));
        });
  }

  @Test
  void commandsInTheReadmeAndInEveryHelpAreOnesThatThePluginUnderstands() throws IOException {
    CommandLine root = KubectlTune.commandLine(Terminal.ofProcess(Map.of()), Map.of());
    List<String> examples = new ArrayList<>();
    // What a line break with a backslash has parted.
    readme()
        .replaceAll("\\\\\n +", " ")
        .lines()
        .filter(line -> line.startsWith("kubectl tune "))
        .forEach(examples::add);
    helps(root, examples);

    List<String> wrong = new ArrayList<>();
    for (String example : examples) {
      for (String command : example.replaceAll(" +#.*", "").split(" && ")) {
        if (!command.startsWith("kubectl tune ")) {
          continue;
        }
        List<String> words =
            found(WORD, command.replaceAll(" [|<] ?.*", "")).stream()
                .map(word -> word.replaceAll("[\"']", ""))
                .toList();
        try {
          KubectlTune.commandLine(Terminal.ofProcess(Map.of()), Map.of())
              .parseArgs(words.subList(2, words.size()).toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
          wrong.add(command + ": " + e.getMessage());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(examples).hasSizeGreaterThan(60);
  }

  private static void helps(CommandLine line, List<String> examples) {
    for (String each : line.getCommandSpec().usageMessage().footer()) {
      if (each.strip().startsWith("kubectl tune ") && !each.strip().endsWith("\\")) {
        examples.add(each.strip());
      }
    }
    line.getSubcommands().values().forEach(each -> helps(each, examples));
  }

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }
}
