package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.terminal.Screen;
import io.kubetune.cli.terminal.Terminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// Every command's help on a screen of 80 columns.
class HelpTest {
  @Test
  void noLineIsWiderThanTheScreenAndNoWordIsBrokenToBeMisreadOrMistyped() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Terminal terminal = Terminal.plain(nowhere, nowhere, InputStream.nullInputStream());
    for (CommandLine each : all(KubectlTune.commandLine(terminal, Map.of()))) {
      String name = each.getCommandSpec().qualifiedName();
      each.setUsageHelpWidth(400);
      Set<String> words = new HashSet<>(List.of(each.getUsageMessage().split("\\s+")));
      each.setUsageHelpWidth(80);
      String narrow = each.getUsageMessage();

      assertThat(narrow.lines()).as(name).allMatch(line -> line.length() <= 80);
      assertThat(narrow.split("\\s+")).as(name).isSubsetOf(words);
    }
    assertThat(KubectlTune.commandLine(terminal, Map.of()).getSubcommands()).hasSizeGreaterThan(15);
    assertThat(HelpText.welcome().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void itsColoursAreToBeReadOnALightScreen() {
    Terminal terminal = new Screen(80, true, true, true).terminal();
    for (CommandLine each : all(KubectlTune.commandLine(terminal, Map.of()))) {
      String name = each.getCommandSpec().qualifiedName();
      String help = each.getUsageMessage();
      assertThat(help).as(name).contains("\u001b[1m").doesNotContain("\u001b[33m");
      assertThat(help.replaceAll("\u001b\\[[0-9;]*m", "").lines())
          .as(name)
          .allMatch(line -> line.length() <= 80);
    }
  }

  private static List<CommandLine> all(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    line.getSubcommands().values().forEach(each -> all.addAll(all(each)));
    return all;
  }
}
