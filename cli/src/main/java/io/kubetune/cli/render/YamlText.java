package io.kubetune.cli.render;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Present;
import org.snakeyaml.engine.v2.api.lowlevel.Serialize;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Trees written as YAML that every reader understands alike.
///
/// Kubernetes' own reader follows YAML 1.1, where `on`, `0o17`, `1_000` and `12:30` are no texts; a
/// text is therefore left bare only where it is a plain word in both versions.
///
/// ```
/// YamlText.of(Map.of("enabled", "on")) // enabled: "on"
/// ```
public final class YamlText {
  private static final int NEVER_FOLD = 1_000_000;
  private static final Pattern PLAIN_WORD =
      Pattern.compile("[A-Za-z/][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*");
  private static final Set<String> WORDS_OF_YAML_1_1 =
      Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");
  private static final DumpSettings SETTINGS =
      DumpSettings.builder()
          .setIndent(2)
          .setWidth(NEVER_FOLD)
          .setSplitLines(false)
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .build();

  private YamlText() {}

  /// One document, keys in the tree's own order, ended by a line break.
  public static String of(Map<String, ?> tree) {
    return new Present(SETTINGS)
        .emitToString(new Serialize(SETTINGS).serializeOne(node(tree)).iterator());
  }

  private static Node node(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        List<NodeTuple> tuples = new ArrayList<>();
        map.forEach(
            (key, each) -> tuples.add(new NodeTuple(node(String.valueOf(key)), node(each))));
        yield new MappingNode(Tag.MAP, tuples, tuples.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
      }
      case Collection<?> items ->
          new SequenceNode(
              Tag.SEQ,
              items.stream().map(YamlText::node).toList(),
              items.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
      case String text -> new ScalarNode(Tag.STR, text, style(text));
      case Boolean flag -> new ScalarNode(Tag.BOOL, flag.toString(), ScalarStyle.PLAIN);
      case Integer number -> new ScalarNode(Tag.INT, number.toString(), ScalarStyle.PLAIN);
      case Long number -> new ScalarNode(Tag.INT, number.toString(), ScalarStyle.PLAIN);
      case Double number -> new ScalarNode(Tag.FLOAT, number.toString(), ScalarStyle.PLAIN);
      case null -> new ScalarNode(Tag.NULL, "null", ScalarStyle.PLAIN);
      default -> throw new IllegalStateException("no YAML for a " + value.getClass());
    };
  }

  private static ScalarStyle style(String text) {
    if (PLAIN_WORD.matcher(text).matches()
        && !WORDS_OF_YAML_1_1.contains(text.toLowerCase(java.util.Locale.ROOT))) {
      return ScalarStyle.PLAIN;
    }
    return isReadableBlock(text) ? ScalarStyle.LITERAL : ScalarStyle.DOUBLE_QUOTED;
  }

  /// Texts of several lines that a block scalar gives back to the byte.
  private static boolean isReadableBlock(String text) {
    return text.indexOf('\n') >= 0
        && !text.startsWith(" ")
        && !text.startsWith("\n")
        && text.lines().noneMatch(line -> line.endsWith(" ") || line.endsWith("\t"))
        && text.codePoints().allMatch(c -> c == '\n' || (c >= 0x20 && c < 0x7f));
  }
}
