package io.kubetune.cli.command;

import io.kubetune.cli.render.YamlText;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `-o`, the same for all commands that show something.
///
/// ```
/// case JSON, YAML -> output.print(view.toJson(), terminal);
/// ```
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "one of ${COMPLETION-CANDIDATES}")
  private Output format = Output.TABLE;

  Output format() {
    return format;
  }

  /// Prints an object in one of the two data formats.
  ///
  /// @throws IllegalStateException for the formats that each command lays out for itself
  void print(ObjectNode object, Terminal terminal) {
    switch (format) {
      case JSON -> terminal.out().println(object.toPrettyString());
      case YAML -> terminal.out().print(YamlText.of(map(object)));
      case TABLE, WIDE, NAME -> throw new IllegalStateException(format + " is no data format");
    }
  }

  private static Map<String, Object> map(ObjectNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }

  private static Object plain(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> map((ObjectNode) node);
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        node.forEach(element -> list.add(plain(element)));
        yield list;
      }
      case NUMBER -> node.isIntegralNumber() ? (Object) node.asLong() : (Object) node.asDouble();
      case BOOLEAN -> node.booleanValue();
      case STRING -> node.stringValue();
      case NULL, MISSING -> null;
      case BINARY, POJO ->
          throw new IllegalStateException("no JSON document has a " + node.getNodeType());
    };
  }
}
