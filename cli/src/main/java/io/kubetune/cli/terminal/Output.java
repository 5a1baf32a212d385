package io.kubetune.cli.terminal;

import java.io.PrintStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.databind.JsonNode;

/// What `-o` asks for.
///
/// ```
/// Output.YAML.print(node, terminal.out());
/// ```
public enum Output {
  TABLE,
  WIDE,
  NAME,
  JSON,
  YAML;

  /// Whether stdout is for a program, so that everything else must keep off it.
  public boolean isForPrograms() {
    return switch (this) {
      case TABLE, WIDE -> false;
      case NAME, JSON, YAML -> true;
    };
  }

  /// Prints a JSON tree in one of the two data formats.
  ///
  /// @throws IllegalStateException for the formats that are laid out by their command
  public void print(JsonNode node, PrintStream out) {
    switch (this) {
      case JSON -> out.println(node.toPrettyString());
      case YAML -> out.print(yaml(node));
      case TABLE, WIDE, NAME -> throw new IllegalStateException(this + " is laid out by commands");
    }
  }

  private static String yaml(JsonNode node) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(1_000).build();
    return new Dump(settings).dumpToString(plain(node));
  }

  private static Object plain(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        node.forEach(element -> list.add(plain(element)));
        yield list;
      }
      case NUMBER -> node.isIntegralNumber() ? (Object) integer(node) : (Object) node.asDouble();
      case BOOLEAN -> node.booleanValue();
      case STRING -> node.stringValue();
      case NULL, MISSING -> null;
      case BINARY, POJO ->
          throw new IllegalStateException("no JSON document has a " + node.getNodeType());
    };
  }

  private static BigInteger integer(JsonNode node) {
    return node.bigIntegerValue();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
