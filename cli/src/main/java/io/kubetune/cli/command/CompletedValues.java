package io.kubetune.cli.command;

import io.kubetune.cli.command.Completion.Candidate;
import io.kubetune.cli.command.KnownCommand.KnownValue;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.request.UserConfig;
import io.kubetune.contract.config.Key;
import io.kubetune.contract.config.KeyTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What the value of an option or argument may be: by the names that options have everywhere, else
/// by their labels in the help.
///
/// ```
/// new CompletedValues(live).of(option.value(), "Lora").beginning("Lora", "")
/// ```
record CompletedValues(LiveNames live) {
  /// @param typed as far as it is typed
  Completion of(KnownValue value, String typed) {
    if (!value.choices().isEmpty()) {
      return Completion.words(value.choices());
    }
    String label = value.label();
    return switch (value.name()) {
      case "--namespace" -> Completion.words(live.namespaces());
      case "--context" -> Completion.words(live.kubeconfig().contexts());
      case "--cluster" -> Completion.words(live.kubeconfig().clusters());
      case "--user" -> Completion.words(live.kubeconfig().users());
      case "--set" -> settings(typed);
      case "--model" -> label.equals("FOLDER") ? Completion.FOLDERS : presets().orFiles(typed);
      case "--preset", "models" -> presets();
      case "--model-cache" ->
          label.equals("FOLDER")
              ? Completion.FOLDERS
              : Completion.words(live.claims()).orFiles(typed);
      case "--checkpoint-claim" -> Completion.words(live.claims());
      case "--verify" -> Completion.words(live.runs());
      case "explain" -> keys();
      case "pull-adapter" -> both(live.runs(), live.images()).orFiles(typed);
      case "create", "plan" -> Completion.NONE;
      default -> byLabel(label);
    };
  }

  private Completion byLabel(String label) {
    return switch (label) {
      case "FILE", "DATA", "SOURCE", "TEXT|FILE", "<files>", "PATH" -> Completion.FILES;
      case "FOLDER" -> Completion.FOLDERS;
      case "NAME", "RUN" -> Completion.words(live.runs());
      case "IMAGE", "HOST/PATH" -> Completion.words(live.images());
      case "SETTING" -> Completion.words(UserConfig.keys());
      case "CLAIM" -> Completion.words(live.claims());
      default -> Completion.NONE;
    };
  }

  private static Completion both(List<String> some, List<String> others) {
    return Completion.words(Stream.concat(some.stream(), others.stream()).toList());
  }

  private static Completion presets() {
    return Completion.of(
        Presets.all().stream()
            .map(each -> new Candidate(each.name(), each.repository() + ", " + each.licence()))
            .toList());
  }

  private static List<Key> obeyed() {
    List<Key> keys = new ArrayList<>();
    KeyTable table = KeyTable.standard();
    table.sections().forEach(section -> keys.addAll(table.section(section)));
    return keys.stream().filter(each -> each.standing() == Key.Standing.OBEYED).toList();
  }

  private static Completion keys() {
    return Completion.of(
        obeyed().stream().map(each -> new Candidate(path(each), each.doc())).toList());
  }

  private static String path(Key key) {
    return key.section() + "." + key.name();
  }

  /// `SECTION.KEY=`, and behind it what the key may be.
  private static Completion settings(String typed) {
    int equals = typed.indexOf('=');
    if (equals < 0) {
      return Completion.of(
              obeyed().stream().map(each -> new Candidate(path(each) + "=", each.doc())).toList())
          .withoutSpace();
    }
    Optional<Key> key =
        obeyed().stream().filter(each -> path(each).equals(typed.substring(0, equals))).findFirst();
    return key.map(each ->
            Completion.words(values(each).stream().map(value -> path(each) + "=" + value).toList()))
        .orElse(Completion.NONE);
  }

  private static List<String> values(Key key) {
    return key.type() == Key.Type.BOOL
        ? List.of("false", "true")
        : key.choices().stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
  }
}
