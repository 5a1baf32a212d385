package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import io.kubetune.contract.config.Key;
import io.kubetune.contract.config.KeyTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a document of our own format, `apiVersion: tune.kubetune.io/v1alpha1`, `kind: Tune`.
///
/// Its keys are those of [Field], so a flag and a line of the file always mean the same.
///
/// ```
/// apiVersion: tune.kubetune.io/v1alpha1
/// kind: Tune
/// metadata: {name: bot}
/// spec: {model: ./smollm2, data: [rows.jsonl]}
/// ```
final class TuneFile {
  static final String API_VERSION = "tune.kubetune.io/v1alpha1";
  static final String KIND = "Tune";

  private final List<Given> givens = new ArrayList<>();
  private final List<Problem> problems;

  private TuneFile(List<Problem> problems) {
    this.problems = problems;
  }

  static FileContents read(YamlEntry document, List<Problem> problems) {
    TuneFile file = new TuneFile(problems);
    document
        .children(problems)
        .forEach((key, entry) -> {
          switch (key) {
            case "apiVersion" -> {
              if (!entry.scalar().equals(Optional.of(API_VERSION))) {
                problems.add(
                    new Problem(
                        entry.place(), "a version that is not known", "write " + API_VERSION));
              }
            }
            case "kind" -> {} // how this reader was chosen
            default -> file.walk(key, entry);
          }
        });
    return new FileContents(file.givens, Optional.empty(), "", false);
  }

  private void walk(String key, YamlEntry entry) {
    Optional<Field> field = ofKey(entry.path());
    if (field.isPresent()) {
      take(field.get(), entry);
      return;
    }
    Set<String> below = keysBelow(entry.path());
    if (below.isEmpty()) {
      int dot = entry.path().lastIndexOf('.');
      Set<String> siblings = keysBelow(dot < 0 ? "" : entry.path().substring(0, dot));
      problems.add(new Problem(entry.place(), "unknown key", Suggestion.of(key, siblings)));
      return;
    }
    entry.children(problems).forEach(this::walk);
  }

  private void take(Field field, YamlEntry entry) {
    if (field == Field.SET) {
      takeTrainingConfig(entry);
      return;
    }
    switch (field.shape()) {
      case ONE -> add(field, "", entry);
      case LIST -> entry.items().forEach(item -> add(field, "", item));
      case MAP -> entry.children(problems).forEach((key, value) -> add(field, key, value));
    }
  }

  /// `spec.config` holds the training config's sections as they are; each key becomes one `--set`.
  private void takeTrainingConfig(YamlEntry sections) {
    Map<String, YamlEntry> bySection = sections.children(problems);
    bySection.forEach((section, keys) ->
        keys.children(problems)
            .forEach((key, value) ->
                givens.add(
                    new Given(
                        Field.SET,
                        section + "." + key,
                        text(section, key, value),
                        value.place()))));
  }

  /// A text as it stands, as a flag has it; all else in YAML's words.
  private String text(String section, String key, YamlEntry value) {
    boolean isText =
        KeyTable.standard()
            .find(section, key)
            .filter(each -> each.type() == Key.Type.STRING)
            .isPresent();
    return isText && value.scalar().isPresent() ? value.scalar().get() : value.flow(problems);
  }

  private void add(Field field, String key, YamlEntry entry) {
    boolean tree =
        switch (field) {
          case AFFINITY, DATA, EVAL_DATA, OUTPUT -> entry.scalar().isEmpty();
          default -> false;
        };
    if (tree && entry.isMap()) {
      givens.add(new Given(field, key, entry.flow(problems), entry.place()));
    } else if (entry.scalar().isPresent()) {
      givens.add(new Given(field, key, entry.scalar().get(), entry.place()));
    } else {
      problems.add(new Problem(entry.place(), "no single value", "write " + field.valueName()));
    }
  }

  private static Optional<Field> ofKey(String path) {
    for (Field each : Field.values()) {
      if (!each.key().isEmpty() && each.key().equals(path)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /// The keys that may stand directly below a path.
  private static Set<String> keysBelow(String path) {
    String prefix = path.isEmpty() ? "" : path + ".";
    Set<String> names = new LinkedHashSet<>();
    for (Field each : Field.values()) {
      if (each.key().startsWith(prefix) && each.key().length() > prefix.length()) {
        names.add(each.key().substring(prefix.length()).split("\\.", 2)[0]);
      }
    }
    return names;
  }
}
