package io.kubetune.cli.request;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A value in a YAML file that knows its file, line and key path.
///
/// ```
/// YamlEntry root = YamlEntry.documents("tune.yaml", text).getFirst();
/// root.children(problems).get("spec").place() // "tune.yaml:4 spec"
/// ```
record YamlEntry(String file, String path, Node node) {

  /// Nesting beyond this is refused: aliases can make a small file a very deep or endless tree.
  private static final int DEEPEST = 50;

  /// All documents of a file that are not empty.
  ///
  /// @throws TuneException BAD_REQUEST where the text is no YAML
  static List<YamlEntry> documents(String file, String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setMaxAliasesForCollections(20).build();
    List<YamlEntry> documents = new ArrayList<>();
    try {
      for (Node root : new Compose(settings).composeAllFromString(text)) {
        if (!root.getTag().equals(Tag.NULL)) {
          documents.add(new YamlEntry(file, "", root));
        }
      }
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
      throw notYaml(file + line, e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw notYaml(file, e.getMessage(), e);
    }
    return documents;
  }

  private static TuneException notYaml(String place, String found, Exception cause) {
    return new TuneException(
        ExitCode.BAD_REQUEST,
        "can't read the request",
        place,
        "no YAML: " + found,
        "mend the file there; spaces indent, tabs do not",
        cause);
  }

  int line() {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  String place() {
    return file + ":" + line() + (path.isEmpty() ? "" : " " + path);
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  /// The text of a scalar; empty for null, lists and mappings.
  Optional<String> scalar() {
    return node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }

  /// A mapping's values by key; anything else, and a key that occurs twice, is a problem.
  Map<String, YamlEntry> children(List<Problem> problems) {
    Map<String, YamlEntry> children = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      problems.add(new Problem(place(), "no mapping", "write KEY: VALUE lines below it"));
      return children;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key =
          tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "(a complex key)";
      YamlEntry child =
          new YamlEntry(file, path.isEmpty() ? key : path + "." + key, tuple.getValueNode());
      if (children.putIfAbsent(key, child) != null) {
        problems.add(new Problem(child.place(), "the key is there twice", "keep one of them"));
      }
    }
    return children;
  }

  /// A list's values; a single scalar counts as a list of one.
  List<YamlEntry> items() {
    if (!(node instanceof SequenceNode sequence)) {
      return List.of(this);
    }
    List<YamlEntry> items = new ArrayList<>();
    for (Node each : sequence.getValue()) {
      items.add(new YamlEntry(file, path + "[" + items.size() + "]", each));
    }
    return items;
  }

  /// The value as one line of flow YAML, which parses back to the same value.
  String flow(List<Problem> problems) {
    StringBuilder text = new StringBuilder();
    if (!appendFlow(node, 0, text)) {
      problems.add(new Problem(place(), "nested deeper than " + DEEPEST, "flatten it"));
    }
    return text.toString();
  }

  private static boolean appendFlow(Node node, int depth, StringBuilder text) {
    if (depth > DEEPEST || text.length() > 1_000_000) {
      return false;
    }
    return switch (node) {
      case ScalarNode scalar -> {
        boolean plain =
            scalar.getScalarStyle() == ScalarStyle.PLAIN
                && (depth == 0 || scalar.getValue().matches("[\\w.+/~-]*"));
        text.append(plain ? scalar.getValue() : quoted(scalar.getValue()));
        yield true;
      }
      case SequenceNode sequence -> {
        boolean whole = true;
        text.append('[');
        String separator = "";
        for (Node each : sequence.getValue()) {
          text.append(separator);
          whole &= appendFlow(each, depth + 1, text);
          separator = ", ";
        }
        text.append(']');
        yield whole;
      }
      case MappingNode mapping -> {
        boolean whole = true;
        text.append('{');
        String separator = "";
        for (NodeTuple each : mapping.getValue()) {
          text.append(separator);
          whole &= appendFlow(each.getKeyNode(), depth + 1, text);
          text.append(": ");
          whole &= appendFlow(each.getValueNode(), depth + 1, text);
          separator = ", ";
        }
        text.append('}');
        yield whole;
      }
      default -> false;
    };
  }

  /// A double-quoted scalar with JSON's escapes, which YAML shares.
  static String quoted(String value) {
    return value
        .codePoints()
        .mapToObj(c ->
            switch (c) {
              case '"' -> "\\\"";
              case '\\' -> "\\\\";
              case '\n' -> "\\n";
              case '\t' -> "\\t";
              case '\r' -> "\\r";
              default ->
                  c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff
                      ? "\\u%04x".formatted(c)
                      : Character.toString(c);
            })
        .collect(Collectors.joining("", "\"", "\""));
  }
}
