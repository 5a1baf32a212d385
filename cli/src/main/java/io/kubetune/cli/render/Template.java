package io.kubetune.cli.render;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// A YAML file of `templates/manifests`, filled as a tree: a value is put in place of a scalar
/// after parsing, so no value can change the structure around it.
///
/// | in the template | becomes |
/// |---|---|
/// | `key: ${name}` | the value, of whatever type it is |
/// | `key: ${name?}` | the value, or no such key (or list item) where it is an empty Optional, list or map |
/// | `key: a/${name}/b` | a text with the value's text inside |
/// | `${...name}: null` | the entries of a map, among the others |
/// | `- ${...name}` | the items of a list, among the others |
///
/// A name that has no value is an error, and so is a value that no name asks for: templates and
/// code can't drift apart.
///
/// ```
/// Map<String, Object> job = Template.named("job").fill(Map.of("name", "bot", …));
/// ```
final class Template {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\.\\.\\.)?([a-zA-Z]+)(\\?)?}");

  private final String name;
  private final Map<?, ?> root;

  private Template(String name, Map<?, ?> root) {
    this.name = name;
    this.root = root;
  }

  /// The template `templates/manifests/NAME.yaml`.
  static Template named(String name) {
    String resource = "/templates/manifests/" + name + ".yaml";
    try (InputStream in = Template.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no template " + resource);
      }
      return of(name, new Load(LoadSettings.builder().build()).loadFromInputStream(in));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + resource, e);
    }
  }

  static Template ofText(String name, String text) {
    return of(name, new Load(LoadSettings.builder().build()).loadFromString(text));
  }

  private static Template of(String name, Object root) {
    if (root instanceof Map<?, ?> map) {
      return new Template(name, map);
    }
    throw new IllegalStateException("template " + name + " is no mapping");
  }

  /// @throws IllegalStateException naming every variable without a value and every value without a
  ///   variable
  Map<String, Object> fill(Map<String, Object> values) {
    Filling filling = new Filling(values);
    Map<String, Object> filled = filling.map(root);
    Set<String> unused = new TreeSet<>(values.keySet());
    unused.removeAll(filling.used);
    if (!unused.isEmpty() || !filling.undefined.isEmpty()) {
      throw new IllegalStateException(
          "template %s: no value for %s; no use for %s".formatted(name, filling.undefined, unused));
    }
    return filled;
  }

  /// One pass over the tree, which remembers the names that it met.
  private final class Filling {
    private final Map<String, Object> values;
    private final Set<String> used = new LinkedHashSet<>();
    private final Set<String> undefined = new TreeSet<>();

    Filling(Map<String, Object> values) {
      this.values = values;
    }

    Map<String, Object> map(Map<?, ?> template) {
      Map<String, Object> filled = new LinkedHashMap<>();
      template.forEach((key, value) -> {
        Optional<String> spliced = spliced(key);
        if (spliced.isPresent()) {
          if (value(spliced.get()) instanceof Map<?, ?> entries) {
            entries.forEach((k, v) -> put(filled, String.valueOf(k), v));
          }
        } else {
          any(value).ifPresent(v -> put(filled, String.valueOf(any(key).orElse("")), v));
        }
      });
      return filled;
    }

    private void put(Map<String, Object> map, String key, Object value) {
      if (map.putIfAbsent(key, value) != null) {
        throw new IllegalStateException("template " + name + ": '" + key + "' is there twice");
      }
    }

    private List<Object> list(List<?> template) {
      List<Object> filled = new ArrayList<>();
      for (Object each : template) {
        Optional<String> spliced = spliced(each);
        if (spliced.isPresent()) {
          if (value(spliced.get()) instanceof Collection<?> items) {
            filled.addAll(items);
          }
        } else {
          any(each).ifPresent(filled::add);
        }
      }
      return filled;
    }

    private Optional<Object> any(Object template) {
      return switch (template) {
        case Map<?, ?> map -> Optional.of(map(map));
        case List<?> list -> Optional.of(list(list));
        case String text -> text(text);
        case null -> throw new IllegalStateException("template " + name + " has a null");
        default -> Optional.of(template);
      };
    }

    private Optional<Object> text(String text) {
      Matcher variable = VARIABLE.matcher(text);
      if (variable.matches()) {
        Object value = value(variable.group(2));
        boolean mayBeAbsent = variable.group(3) != null;
        return mayBeAbsent ? present(value) : Optional.of(value);
      }
      // A function, so that `$` and `\` in a value stay what they are.
      return Optional.of(
          variable.reset().replaceAll(m -> Matcher.quoteReplacement(value(m.group(2)).toString())));
    }

    private Optional<Object> present(Object value) {
      return switch (value) {
        case Optional<?> optional -> optional.map(v -> (Object) v);
        case Collection<?> items -> items.isEmpty() ? Optional.empty() : Optional.of(items);
        case Map<?, ?> entries -> entries.isEmpty() ? Optional.empty() : Optional.of(entries);
        default -> Optional.of(value);
      };
    }

    private Object value(String variable) {
      used.add(variable);
      Object value = values.get(variable);
      if (value == null) {
        undefined.add(variable);
        return "";
      }
      return value;
    }

    private Optional<String> spliced(Object scalar) {
      if (scalar instanceof String text) {
        Matcher variable = VARIABLE.matcher(text);
        if (variable.matches() && variable.group(1) != null) {
          return Optional.of(variable.group(2));
        }
      }
      return Optional.empty();
    }
  }
}
