package io.kubetune.cli.command;

import io.kubetune.cli.request.Field;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.Key;
import io.kubetune.contract.config.KeyTable;
import io.kubetune.contract.config.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune explain KEY`: what a key of the training config or of `tune.yaml` does.
@Command(
    name = "explain",
    header = "Explain a key of the training config or of tune.yaml.",
    footer = {
      "  kubectl tune explain LoraConfig",
      "  kubectl tune explain LoraConfig.r",
      "  kubectl tune explain learning_rate",
      "  kubectl tune explain spec.pod.tolerations"
    })
final class Explain implements Callable<Integer> {
  @Parameters(
      paramLabel = "KEY",
      arity = "0..1",
      description =
          "a section, SECTION.KEY, KEY, or a key path of tune.yaml; none lists the sections")
  private String key;

  private final Surroundings surroundings;

  Explain(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Terminal terminal = surroundings.terminal();
    KeyTable table = KeyTable.standard();
    List<Field> fields = fieldsAt(key == null ? "spec" : key);
    if (key == null) {
      sections(table).print(terminal);
      terminal.say("kubectl tune explain SECTION lists its keys.");
    } else if (!table.section(key).isEmpty()) {
      keys(table.section(key)).printProse(terminal);
    } else if (fields.size() == 1) {
      print(fields.getFirst(), terminal);
    } else if (!fields.isEmpty()) {
      fields(key, fields).printProse(terminal);
    } else {
      List<Key> found = find(table);
      String separator = "";
      for (Key each : found) {
        terminal.out().print(separator);
        print(each, terminal);
        separator = "\n";
      }
    }
    return ExitCode.OK.code();
  }

  private static Table sections(KeyTable table) {
    Table sections = new Table("SECTION", "KEYS");
    table
        .sections()
        .forEach(name -> sections.row(name, String.valueOf(table.section(name).size())));
    sections.row("spec", fieldsAt("spec").size() + " of tune.yaml");
    return sections;
  }

  private static Table keys(List<Key> keys) {
    Table table = new Table("KEY", "DEFAULT", "MEANING");
    for (Key each : keys) {
      if (each.standing() == Key.Standing.OBEYED) {
        table.row(each.name(), each.defaultValue().map(Object::toString).orElse(""), each.doc());
      }
    }
    return table;
  }

  /// Keys go by what stands behind the path, flags without their values.
  private static Table fields(String path, List<Field> fields) {
    Table table = new Table("KEY", "FLAG", "MEANING");
    fields.forEach(each ->
        table.row(
            each.key().equals(path) ? path : each.key().substring(path.length() + 1),
            each.usage().split(" ")[0],
            each.help()));
    return table;
  }

  /// The fields of tune.yaml at a key path or below it.
  private static List<Field> fieldsAt(String path) {
    return Arrays.stream(Field.values())
        .filter(each -> each.key().equals(path) || each.key().startsWith(path + "."))
        .toList();
  }

  private List<Key> find(KeyTable table) {
    int dot = key.indexOf('.');
    List<Key> found =
        dot < 0
            ? table.findAnywhere(key)
            : table.find(key.substring(0, dot), key.substring(dot + 1)).stream().toList();
    if (!found.isEmpty()) {
      return found;
    }
    List<String> known = new ArrayList<>(table.sections());
    for (String section : table.sections()) {
      for (Key each : table.section(section)) {
        known.add(each.path());
        known.add(each.name());
      }
    }
    Stream.of(Field.values()).map(Field::key).filter(each -> !each.isEmpty()).forEach(known::add);
    Optional<String> near = NearestName.among(known, key);
    throw new TuneException(
        ExitCode.NOT_FOUND,
        "can't explain the key",
        key,
        "no such key",
        near.map(name -> "did you mean '" + name + "'?")
            .orElse("see the sections:\n  kubectl tune explain"));
  }

  private static void print(Field field, Terminal terminal) {
    terminal.print(field.key());
    terminal.print("  " + field.help());
    terminal.print("  flag     " + field.usage());
  }

  private static void print(Key key, Terminal terminal) {
    terminal.print(key.path());
    terminal.print("  " + key.doc());
    switch (key.standing()) {
      case OBEYED -> {}
      case WARNED -> terminal.print("  Has no effect here: " + key.why() + ".");
      case REFUSED -> terminal.print("  Refused: " + key.why() + ".");
    }
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"type", key.type().name().toLowerCase(Locale.ROOT).replace('_', ' ')});
    key.defaultValue().ifPresent(value -> rows.add(new String[] {"default", value.toString()}));
    key.range().ifPresent(range -> rows.add(new String[] {"range", range.toString()}));
    if (!key.choices().isEmpty()) {
      rows.add(new String[] {"one of", String.join(", ", key.choices())});
    }
    if (!key.aliases().isEmpty()) {
      rows.add(new String[] {"also", String.join(", ", key.aliases())});
    }
    Arrays.stream(Field.values())
        .filter(field -> field.configKey().equals(key.path()))
        .forEach(field -> rows.add(new String[] {"flag", field.usage()}));
    rows.forEach(row -> terminal.print("  %-8s %s".formatted(row[0], row[1])));
  }
}
