package io.kubetune.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.command.KubectlTune;
import io.kubetune.cli.plan.Release;
import io.kubetune.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/`: a page a command and a man page a command, made from the commands that there are.
/// `-Dkubetune.docs=write` (scripts/docs) writes them anew.
class ReferenceTest {
  private static final Path DOCS = Path.of(System.getProperty("kubetune.root")).resolve("docs");
  private static final boolean WRITE = "write".equals(System.getProperty("kubetune.docs"));

  private static Map<String, String> pages() {
    Map<String, String> pages = new TreeMap<>();
    ReferencePage root =
        new ReferencePage(
            KubectlTune.commandLine(Terminal.ofProcess(Map.of()), Map.of()).getCommandSpec());
    for (ReferencePage page : root.withSubcommands()) {
      pages.put("reference/" + page.fileName() + ".md", page.markdown());
      pages.put("man/" + page.fileName() + ".1", page.man(Release.version()));
    }
    return pages;
  }

  @Test
  void theReferenceIsThatOfTheCommandsThatThereAre() throws IOException {
    Map<String, String> pages = pages();
    if (WRITE) {
      for (Map.Entry<String, String> page : pages.entrySet()) {
        Path file = DOCS.resolve(page.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, page.getValue());
      }
    }
    Map<String, String> there = new TreeMap<>();
    for (String folder : new String[] {"reference", "man"}) {
      try (Stream<Path> files = Files.list(DOCS.resolve(folder))) {
        for (Path file : files.toList()) {
          there.put(folder + "/" + file.getFileName(), Files.readString(file));
        }
      }
    }
    assertThat(there.keySet()).as("run scripts/docs").isEqualTo(pages.keySet());
    pages.forEach((name, text) ->
        assertThat(there.get(name)).as(name + ": run scripts/docs").isEqualTo(text));
  }
}
