package io.kubetune.cli.command;

import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A folder of canonical rows, as people and programs are told of it.
///
/// ```
/// return new WrittenData(facts).show(output, terminal);
/// ```
record WrittenData(DataFacts facts) {

  /// Prints it and gives the exit status.
  int show(OutputOption output, Terminal terminal) {
    facts
        .warnings()
        .forEach(each -> terminal.say(Colour.BOLD.on(terminal, "Warning:") + " " + each));
    switch (output.format()) {
      case NAME -> terminal.out().println(facts.folder());
      case JSON, YAML -> output.print(json(), terminal);
      case TABLE, WIDE -> {
        Labels page = new Labels(terminal);
        page.line("Folder", facts.folder().toString());
        page.line(
            "Train rows",
            "%,d (%s, %,d bytes, about %,d tokens)"
                .formatted(
                    facts.rows(),
                    facts.shape().spelling(),
                    facts.bytes(),
                    facts.estimatedTokens()));
        page.line("Eval rows", "%,d".formatted(facts.evalRows()));
        page.line("Digest", "sha256:" + facts.sha256());
      }
    }
    return ExitCode.OK.code();
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("folder", facts.folder().toString());
    json.put("source", facts.source());
    json.put("shape", facts.shape().spelling());
    json.put("rows", facts.rows());
    json.put("evalRows", facts.evalRows());
    json.put("bytes", facts.bytes());
    json.put("sha256", facts.sha256());
    json.put("estimatedTokens", facts.estimatedTokens());
    ArrayNode warnings = json.putArray("warnings");
    facts.warnings().forEach(each -> warnings.add(each.toString()));
    return json;
  }
}
