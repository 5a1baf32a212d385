package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a `-f` file of either form: one `Tune`, or one `Workspace` with its `ConfigMap`.
///
/// ```
/// FileContents contents = RequestFile.read("tune.yaml", text, problems);
/// ```
final class RequestFile {
  private static final String CONFIG_MAP = "ConfigMap";
  private static final List<String> KINDS = List.of(TuneFile.KIND, WorkspaceFile.KIND, CONFIG_MAP);

  private RequestFile() {}

  static FileContents read(String file, String text, List<Problem> problems) {
    Map<String, YamlEntry> byKind = new LinkedHashMap<>();
    for (YamlEntry document : YamlEntry.documents(file, text)) {
      Map<String, YamlEntry> keys = document.children(problems);
      YamlEntry kindEntry = keys.getOrDefault("kind", document);
      String kind = kindEntry.scalar().orElse("");
      if (!KINDS.contains(kind)) {
        problems.add(
            new Problem(
                kindEntry.place(),
                kind.isEmpty() ? "no kind" : "kind '" + kind + "' is not known",
                Suggestion.of(kind, KINDS)));
      } else if (byKind.putIfAbsent(kind, document) != null) {
        problems.add(
            new Problem(document.place(), "a second " + kind, "give one file for each run"));
      }
    }
    YamlEntry tune = byKind.get(TuneFile.KIND);
    YamlEntry workspace = byKind.get(WorkspaceFile.KIND);
    Optional<YamlEntry> configMap = Optional.ofNullable(byKind.get(CONFIG_MAP));
    if (tune != null && workspace != null) {
      problems.add(new Problem(workspace.place(), "a Workspace beside a Tune", "keep one of them"));
    }
    if (tune != null) {
      configMap.ifPresent(map ->
          problems.add(new Problem(map.place(), "a ConfigMap beside a Tune", "write spec.config")));
      return TuneFile.read(tune, problems);
    }
    if (workspace != null) {
      return WorkspaceFile.read(workspace, configMap, problems);
    }
    if (problems.isEmpty()) {
      problems.add(
          new Problem(
              configMap.map(YamlEntry::place).orElse(file),
              "no Tune and no Workspace",
              "kubectl tune init writes a Tune to start from"));
    }
    return FileContents.NONE;
  }
}
