package io.kubetune.contract.config;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.StreamDataWriter;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Changes single keys of a configuration's YAML and leaves all others, their order and their
/// comments as they are.
///
/// ```
/// ConfigText.override(yaml, Map.of("LoraConfig.r", "16", "LoraConfig.target_modules", "[q_proj]"));
/// ```
public final class ConfigText {
  private static final String ATTEMPTED = "setting keys of the training configuration";

  /// `q_proj,v_proj`: what people write on a command line for a list of names.
  private static final Pattern NAMES = Pattern.compile("[\\w.-]+(,[\\w.-]+)+");

  private ConfigText() {}

  /// The text with each `Section.key` set to its value, in the text's own spelling of the key.
  /// Values are checked by [ConfigReader], not here.
  ///
  /// @param yaml may be empty
  /// @param name of the text, for what is wrong with it
  /// @param values YAML by key; a text's value is taken as it stands, without YAML's quotes
  /// @throws TuneException BAD_REQUEST where the text is not YAML, or with all of [#unsettable]
  public static String override(String yaml, String name, Map<String, String> values) {
    Optional<Node> found = PlainYaml.composeWithComments(yaml, name).filter(ConfigText::holdsKeys);
    Node root = found.orElseGet(() -> below(SettingsReader.ROOT_KEY, emptyMapping()));
    Map<String, Problem> unsettable = unsettable(values);
    if (!unsettable.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, ATTEMPTED, List.copyOf(unsettable.values()));
    }
    values.forEach((path, value) ->
        set(sections(root), key(path).orElseThrow(), path.substring(path.indexOf('.') + 1), value));
    return (found.isPresent() ? "" : comments(yaml)) + text(root);
  }

  public static String override(String yaml, Map<String, String> values) {
    return override(yaml, "training_config.yaml", values);
  }

  /// The keys that [#override] can't set, as they are given: unknown ones, and those whose value is
  /// not YAML.
  public static Map<String, Problem> unsettable(Map<String, String> values) {
    Map<String, Problem> unsettable = new LinkedHashMap<>();
    values.forEach((path, value) ->
        key(path)
            .map(key -> notYaml(path, key, value))
            .orElseGet(() -> Optional.of(unknown(path)))
            .ifPresent(problem -> unsettable.put(path, problem)));
    return unsettable;
  }

  private static Optional<Problem> notYaml(String path, Key key, String value) {
    try {
      valueNode(key, value);
      return Optional.empty();
    } catch (TuneException e) {
      return Optional.of(
          new Problem(
              path,
              "'" + value + "' is " + e.problems().getFirst().found(),
              "check its brackets and quotes"));
    }
  }

  private static Optional<Key> key(String path) {
    int dot = path.indexOf('.');
    return dot < 0
        ? Optional.empty()
        : KeyTable.standard().find(path.substring(0, dot), path.substring(dot + 1));
  }

  private static Problem unknown(String path) {
    int dot = path.indexOf('.');
    String section = dot < 0 ? "" : path.substring(0, dot);
    String name = path.substring(dot + 1);
    KeyTable table = KeyTable.standard();
    String remedy =
        table.findAnywhere(name).stream()
            .findFirst()
            .or(() -> NearestName.key(table, section, name))
            .map(key -> "did you mean '" + key.path() + "'?")
            .orElseGet(() ->
                table.section(section).isEmpty()
                    ? "give Section.key, as LoraConfig.r"
                    : "kubectl tune explain " + section);
    return new Problem(path, "unknown key", remedy);
  }

  private static MappingNode sections(Node root) {
    if (root instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (PlainYaml.text(entry.getKeyNode()).equals(SettingsReader.ROOT_KEY)) {
          return child(mapping, SettingsReader.ROOT_KEY);
        }
      }
      return mapping;
    }
    throw noMapping("the document");
  }

  private static void set(MappingNode sections, Key key, String spelling, String value) {
    MappingNode section = child(sections, key.section());
    List<NodeTuple> entries = section.getValue();
    Node valueNode = valueNode(key, value);
    for (int i = 0; i < entries.size(); i++) {
      Node keyNode = entries.get(i).getKeyNode();
      if (key.isCalled(PlainYaml.text(keyNode))) {
        valueNode.setInLineComments(entries.get(i).getValueNode().getInLineComments());
        entries.set(i, new NodeTuple(keyNode, valueNode));
        return;
      }
    }
    entries.add(new NodeTuple(scalar(spelling, ScalarStyle.PLAIN), valueNode));
  }

  /// The mapping of this name, made where it is not there or empty.
  private static MappingNode child(MappingNode parent, String name) {
    List<NodeTuple> entries = parent.getValue();
    for (int i = 0; i < entries.size(); i++) {
      if (!PlainYaml.text(entries.get(i).getKeyNode()).equals(name)) {
        continue;
      }
      Node value = entries.get(i).getValueNode();
      if (value instanceof MappingNode mapping) {
        return mapping;
      }
      if (!PlainYaml.isNull(value)) {
        throw noMapping(name);
      }
      MappingNode made = emptyMapping();
      entries.set(i, new NodeTuple(entries.get(i).getKeyNode(), made));
      return made;
    }
    MappingNode made = emptyMapping();
    entries.add(new NodeTuple(scalar(name, ScalarStyle.PLAIN), made));
    return made;
  }

  private static Node valueNode(Key key, String value) {
    if (value.equals("null")) {
      return new ScalarNode(Tag.NULL, "null", ScalarStyle.PLAIN);
    }
    return switch (key.type()) {
      case STRING -> scalar(value, ScalarStyle.DOUBLE_QUOTED);
      case STRINGS -> texts(key, value);
      case BOOL, INT, LONG, NUMBER, NUMBER_TYPE, INTS, INTS_BY_NAME, NUMBERS_BY_NAME, ANY ->
          PlainYaml.compose(value, key.path())
              .orElseGet(() -> scalar("", ScalarStyle.DOUBLE_QUOTED));
    };
  }

  /// A list in brackets or with commas; anything else is one text, a regular expression perhaps.
  private static Node texts(Key key, String value) {
    if (value.startsWith("[")) {
      return PlainYaml.compose(value, key.path()).orElseThrow();
    }
    if (!NAMES.matcher(value).matches()) {
      return scalar(value, ScalarStyle.DOUBLE_QUOTED);
    }
    List<Node> names = new ArrayList<>();
    for (String name : value.split(",")) {
      names.add(scalar(name, ScalarStyle.DOUBLE_QUOTED));
    }
    return new SequenceNode(Tag.SEQ, names, FlowStyle.FLOW);
  }

  private static ScalarNode scalar(String value, ScalarStyle style) {
    return new ScalarNode(Tag.STR, value, style);
  }

  private static MappingNode emptyMapping() {
    return new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
  }

  private static MappingNode below(String name, Node value) {
    MappingNode parent = emptyMapping();
    parent.getValue().add(new NodeTuple(scalar(name, ScalarStyle.PLAIN), value));
    return parent;
  }

  private static boolean holdsKeys(Node root) {
    return !PlainYaml.isNull(root)
        && !(root instanceof MappingNode mapping && mapping.getValue().isEmpty());
  }

  /// The parser keeps no comments of a text that has nothing else.
  private static String comments(String yaml) {
    return yaml.lines()
        .filter(line -> line.stripLeading().startsWith("#"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static TuneException noMapping(String called) {
    return new TuneException(
        ExitCode.BAD_REQUEST,
        ATTEMPTED,
        "training_config.yaml " + called,
        "holds no keys and values",
        "give sections such as LoraConfig");
  }

  private static String text(Node root) {
    StringBuilder text = new StringBuilder();
    DumpSettings settings =
        DumpSettings.builder()
            .setDumpComments(true)
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(10_000)
            .build();
    new Dump(settings)
        .dumpNode(
            root,
            new StreamDataWriter() {
              @Override
              public void write(String part) {
                text.append(part);
              }

              @Override
              public void write(String part, int offset, int length) {
                text.append(part, offset, offset + length);
              }
            });
    return text.toString();
  }
}
