package io.kubetune.contract.config;

import io.kubetune.contract.config.Key.Standing;
import io.kubetune.contract.config.Key.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// All keys of `training_config.yaml` by section, read from `training-config-keys.yaml`.
///
/// ```
/// KeyTable.standard().section("LoraConfig").forEach(key -> out.println(key.name()));
/// ```
public final class KeyTable {
  private static final String RESOURCE = "/io/kubetune/contract/training-config-keys.yaml";
  private static final KeyTable STANDARD = load();

  private final Map<String, List<Key>> sections;

  private KeyTable(Map<String, List<Key>> sections) {
    this.sections = sections;
  }

  /// The table that this build carries.
  public static KeyTable standard() {
    return STANDARD;
  }

  /// Names of the sections, in the table's order.
  public List<String> sections() {
    return List.copyOf(sections.keySet());
  }

  /// Keys of a section, in the table's order; empty for an unknown one.
  public List<Key> section(String name) {
    return sections.getOrDefault(name, List.of());
  }

  /// A key by its name or one of its aliases.
  public Optional<Key> find(String section, String spelling) {
    return section(section).stream().filter(key -> key.isCalled(spelling)).findFirst();
  }

  /// Every key of this spelling, whatever its section.
  public List<Key> findAnywhere(String spelling) {
    return sections.values().stream()
        .flatMap(List::stream)
        .filter(key -> key.isCalled(spelling))
        .toList();
  }

  private static KeyTable load() {
    try (InputStream in = KeyTable.class.getResourceAsStream(RESOURCE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, List<Key>> sections = new LinkedHashMap<>();
      map(PlainYaml.plain(PlainYaml.compose(text, RESOURCE).orElseThrow()))
          .forEach((section, keys) -> {
            List<Key> list = new ArrayList<>();
            map(keys).forEach((name, fields) -> list.add(key(section, name, map(fields))));
            sections.put(section, List.copyOf(list));
          });
      return new KeyTable(sections);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + RESOURCE, e);
    }
  }

  private static Key key(String section, String name, Map<String, Object> fields) {
    Object defaultValue = fields.get("default");
    boolean emptyDefault =
        defaultValue == null
            || defaultValue.equals(List.of())
            || defaultValue.equals(Map.<String, Object>of());
    return new Key(
        section,
        name,
        Type.valueOf(constant(fields, "type")),
        Optional.ofNullable(defaultValue),
        emptyDefault || "true".equals(fields.get("nullable")),
        Optional.ofNullable(fields.get("range")).map(range -> Range.parse((String) range)),
        texts(fields.get("choices")),
        texts(fields.get("aliases")),
        texts(fields.get("mistaken")),
        Standing.valueOf(constant(fields, "standing")),
        list(fields.get("neutral")).stream().map(Optional::<Object>ofNullable).toList(),
        (String) fields.getOrDefault("why", ""),
        (String) fields.get("doc"),
        "true".equals(fields.get("secret")));
  }

  private static String constant(Map<String, Object> fields, String field) {
    return ((String) fields.get(field)).toUpperCase(Locale.ROOT).replace(' ', '_');
  }

  @SuppressWarnings("unchecked") // PlainYaml gives no other maps
  private static Map<String, Object> map(Object plain) {
    return (Map<String, Object>) plain;
  }

  @SuppressWarnings("unchecked") // PlainYaml gives no other lists
  private static List<Object> list(Object plain) {
    return plain == null ? List.of() : (List<Object>) plain;
  }

  private static List<String> texts(Object plain) {
    return list(plain).stream().map(String.class::cast).toList();
  }
}
