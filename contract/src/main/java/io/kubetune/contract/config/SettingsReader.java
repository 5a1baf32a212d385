package io.kubetune.contract.config;

import io.kubetune.contract.Problem;
import io.kubetune.contract.config.ValueParser.Parsed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/// Checks each key of a document by itself against the [KeyTable], and keeps all that is wrong.
///
/// ```
/// SettingsReader reader = new SettingsReader(KeyTable.standard(), "my.yaml");
/// Settings settings = reader.read(root); // problems() and warnings() say what was found
/// ```
final class SettingsReader {
  /// KAITO's key on top of all sections.
  static final String ROOT_KEY = "training_config";

  private final KeyTable table;
  private final String sourceName;
  private final Settings settings;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  SettingsReader(KeyTable table, String sourceName) {
    this.table = table;
    this.sourceName = sourceName;
    this.settings = new Settings(table, sourceName);
  }

  List<Problem> problems() {
    return problems;
  }

  List<Problem> warnings() {
    return warnings;
  }

  Settings read(Node root) {
    if (root instanceof MappingNode mapping && has(mapping, ROOT_KEY)) {
      readBelowRootKey(mapping);
    } else {
      readSections(root, "the document");
    }
    return settings;
  }

  private static boolean has(MappingNode mapping, String name) {
    return mapping.getValue().stream()
        .anyMatch(entry -> PlainYaml.text(entry.getKeyNode()).equals(name));
  }

  private void readBelowRootKey(MappingNode root) {
    boolean seen = false;
    for (NodeTuple entry : root.getValue()) {
      String name = PlainYaml.text(entry.getKeyNode());
      if (!name.equals(ROOT_KEY)) {
        problem(entry.getKeyNode(), name, "stands beside " + ROOT_KEY, "move it below " + ROOT_KEY);
      } else if (seen) {
        problem(entry.getKeyNode(), name, "given twice", "keep one of them");
      } else {
        seen = true;
        readSections(entry.getValueNode(), ROOT_KEY);
      }
    }
  }

  private void readSections(Node node, String called) {
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple entry : entries(node, called, "sections such as LoraConfig")) {
      Node keyNode = entry.getKeyNode();
      String section = PlainYaml.text(keyNode);
      Integer before = lines.putIfAbsent(section, PlainYaml.line(keyNode));
      if (!table.sections().contains(section)) {
        unknownSection(keyNode, section);
      } else if (before != null) {
        problem(keyNode, section, "given twice, first on line " + before, "keep one of them");
      } else {
        readKeys(section, entry.getValueNode());
      }
    }
  }

  private void unknownSection(Node keyNode, String section) {
    String sections = "the sections are " + String.join(", ", table.sections());
    String remedy =
        NearestName.among(table.sections(), section)
            .map(near -> "did you mean '" + near + "'?")
            .or(() ->
                table.findAnywhere(section).stream()
                    .findFirst()
                    .map(key -> "it is a key of " + key.section() + ": move it there"))
            .orElse(sections);
    problem(keyNode, section, "unknown section", remedy);
  }

  private void readKeys(String section, Node node) {
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple entry : entries(node, section, "keys and values")) {
      Node keyNode = entry.getKeyNode();
      String spelling = PlainYaml.text(keyNode);
      String path = section + "." + spelling;
      Optional<Key> known = table.find(section, spelling);
      if (known.isEmpty()) {
        problem(keyNode, path, "unknown key", meant(section, spelling));
        continue;
      }
      Key key = known.get();
      Integer before = lines.putIfAbsent(key.name(), PlainYaml.line(keyNode));
      if (before != null) {
        String other = spelling.equals(key.name()) ? "" : ", which is " + key.name() + ",";
        problem(keyNode, path, "given twice" + other + " first on line " + before, "keep one");
        continue;
      }
      readValue(key, path, keyNode, entry.getValueNode());
    }
  }

  private String meant(String section, String spelling) {
    List<Key> elsewhere = table.findAnywhere(spelling);
    if (!elsewhere.isEmpty()) {
      return "it is a key of "
          + elsewhere.stream().map(Key::section).collect(Collectors.joining(" and "))
          + ": move it there";
    }
    return NearestName.key(table, section, spelling)
        .map(key -> "did you mean '" + key.name() + "'" + of(key, section) + "?")
        .orElse("kubectl tune explain " + section);
  }

  private static String of(Key key, String section) {
    return key.section().equals(section) ? "" : " of " + key.section();
  }

  private void readValue(Key key, String path, Node keyNode, Node valueNode) {
    Object plain = PlainYaml.plain(valueNode);
    switch (key.standing()) {
      case WARNED -> warnings.add(new Problem(place(keyNode, path), "has no effect", key.why()));
      case REFUSED -> {
        if (key.neutral().stream().noneMatch(each -> ValueParser.same(each.orElse(null), plain))) {
          String value = key.secret() ? "a value" : ValueParser.quoted(plain);
          problem(keyNode, path, value + " can't be obeyed: " + key.why(), "leave the key out");
        }
      }
      case OBEYED -> {
        if (plain == null) {
          if (!key.nullable()) {
            problem(keyNode, path, "has no value", "leave the key out for its default");
          }
          return;
        }
        switch (ValueParser.parse(key, plain)) {
          case Parsed.Ok ok -> settings.give(key, ok.value(), PlainYaml.line(keyNode));
          case Parsed.Bad bad -> problem(keyNode, path, bad.found(), bad.remedy());
        }
      }
    }
  }

  private List<NodeTuple> entries(Node node, String called, String expected) {
    if (PlainYaml.isNull(node)) {
      return List.of();
    }
    if (node instanceof MappingNode mapping && !node.isRecursive()) {
      return mapping.getValue();
    }
    problem(node, called, "holds no keys and values", "give " + expected);
    return List.of();
  }

  private void problem(Node node, String path, String found, String remedy) {
    problems.add(new Problem(place(node, path), found, remedy));
  }

  private String place(Node node, String path) {
    return sourceName + ":" + PlainYaml.line(node) + " " + path;
  }
}
