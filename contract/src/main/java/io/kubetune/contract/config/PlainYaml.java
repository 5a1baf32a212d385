package io.kubetune.contract.config;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// YAML as nodes that know their line, and as plain values: null, `String`, `List` and `Map`.
///
/// Scalars stay text, because what `no`, `2e-4` or `007` mean depends on the key they belong to and
/// on whose YAML is asked (1.1, as Python's, or 1.2).
///
/// ```
/// Node root = PlainYaml.compose("LoraConfig: {r: 16}", "my.yaml").orElseThrow();
/// PlainYaml.plain(root); // {LoraConfig={r=16}}
/// ```
final class PlainYaml {
  private PlainYaml() {}

  /// The one document of a text; empty where there is none.
  ///
  /// @throws TuneException BAD_REQUEST with line and column where the text is not YAML
  static Optional<Node> compose(String text, String sourceName) {
    return compose(text, sourceName, false);
  }

  /// The same, with comments kept at their nodes: for a text that is written again.
  static Optional<Node> composeWithComments(String text, String sourceName) {
    return compose(text, sourceName, true);
  }

  private static Optional<Node> compose(String text, String sourceName, boolean comments) {
    try {
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(sourceName)
              .setUseMarks(true)
              .setParseComments(comments)
              .setAllowDuplicateKeys(true)
              .build();
      return new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      throw notYaml(
          sourceName + e.getProblemMark().map(PlainYaml::lineAndColumn).orElse(""),
          e.getProblem() == null ? String.valueOf(e.getContext()) : e.getProblem(),
          e);
    } catch (YamlEngineException e) {
      throw notYaml(sourceName, String.valueOf(e.getMessage()), e);
    }
  }

  private static TuneException notYaml(String place, String found, Throwable cause) {
    return new TuneException(
        ExitCode.BAD_REQUEST,
        "reading the training configuration",
        place,
        "not YAML: " + found,
        "check the indentation and quotes there",
        cause);
  }

  private static String lineAndColumn(Mark mark) {
    return ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
  }

  /// Line of a node, from 1.
  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && switch (scalar.getValue()) {
          case "", "~", "null", "Null", "NULL" -> true;
          case String other -> false;
        };
  }

  /// Null, `String`, `List` or `Map`; a collection that contains itself becomes a text that says
  /// so.
  static Object plain(Node node) {
    if (isNull(node)) {
      return null;
    }
    if (node.isRecursive()) {
      return "(contains itself)";
    }
    return switch (node) {
      case MappingNode mapping -> {
        Map<String, Object> values = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
          values.put(text(tuple.getKeyNode()), plain(tuple.getValueNode()));
        }
        yield values;
      }
      case SequenceNode sequence -> {
        List<Object> values = new ArrayList<>();
        sequence.getValue().forEach(each -> values.add(plain(each)));
        yield values;
      }
      case ScalarNode scalar -> scalar.getValue();
      case Node other -> throw new IllegalStateException("an unresolved alias: " + other.getTag());
    };
  }

  /// A key's text; of a key that is no scalar, its YAML-like form.
  static String text(Node key) {
    return key instanceof ScalarNode scalar ? scalar.getValue() : String.valueOf(plain(key));
  }
}
