package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Takes entries of a foreign file as values of our fields, and reports each that can't be taken.
///
/// ```
/// EntryTaker taker = new EntryTaker(problems);
/// taker.one(Field.NAME, taker.known(metadata, "name", "labels").get("name"));
/// ```
final class EntryTaker {
  private final List<Given> givens = new ArrayList<>();
  private final List<Problem> problems;

  EntryTaker(List<Problem> problems) {
    this.problems = problems;
  }

  List<Given> givens() {
    return givens;
  }

  List<Problem> problems() {
    return problems;
  }

  void take(Field field, String value, YamlEntry entry) {
    givens.add(new Given(field, "", value, entry.place()));
  }

  Map<String, YamlEntry> known(YamlEntry parent, String... names) {
    Map<String, YamlEntry> children = parent.children(problems);
    children.forEach((name, entry) -> {
      if (!Set.of(names).contains(name)) {
        problem(entry, "unknown or not honoured", Suggestion.of(name, List.of(names)));
      }
    });
    return children;
  }

  void exactlyOne(YamlEntry parent, Map<String, YamlEntry> keys, String... names) {
    long given = List.of(names).stream().filter(keys::containsKey).count();
    if (given != 1) {
      problem(parent, given + " of " + String.join(", ", names), "give exactly one");
    }
  }

  void one(Field field, YamlEntry entry) {
    one(field, entry, "");
  }

  /// @param scheme goes before the value
  void one(Field field, YamlEntry entry, String scheme) {
    if (entry != null) {
      entry
          .scalar()
          .ifPresentOrElse(
              text -> givens.add(new Given(field, "", scheme + text, entry.place())),
              () -> problem(entry, "no single value", "write " + field.valueName()));
    }
  }

  void list(Field field, YamlEntry entry) {
    if (entry != null) {
      entry.items().forEach(item -> one(field, item));
    }
  }

  void map(Field field, YamlEntry entry) {
    if (entry != null) {
      entry
          .children(problems)
          .forEach((key, value) ->
              givens.add(new Given(field, key, value.scalar().orElse(""), value.place())));
    }
  }

  void refuse(YamlEntry entry, String found, String remedy) {
    if (entry != null) {
      problem(entry, found, remedy);
    }
  }

  void problem(YamlEntry entry, String found, String remedy) {
    problems.add(new Problem(entry.place(), found, remedy));
  }

  /// A claim becomes `pvc://CLAIM`, so that files and flags have one form; all else stays as it is.
  void volume(Field field, YamlEntry source) {
    if (source == null) {
      return;
    }
    Map<String, YamlEntry> kinds = source.children(problems);
    YamlEntry claim = kinds.get("persistentVolumeClaim");
    if (claim != null && kinds.size() == 1) {
      Map<String, YamlEntry> keys = claim.children(problems);
      YamlEntry name = keys.get("claimName");
      if (name != null && keys.size() == 1 && name.scalar().isPresent()) {
        givens.add(new Given(field, "", "pvc://" + name.scalar().get(), source.place()));
        return;
      }
    }
    givens.add(new Given(field, "", source.flow(problems), source.place()));
  }
}
