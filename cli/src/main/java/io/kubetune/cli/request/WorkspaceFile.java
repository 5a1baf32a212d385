package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a KAITO Workspace and its ConfigMap as they stand: each field is honoured, or a problem
/// names it.
///
/// Fields and rules are those of KAITO v0.12's `kaito.sh/v1beta1` and `v1alpha1`. There is no
/// `spec`: `resource` and `tuning` are top-level.
///
/// ```
/// FileContents contents = WorkspaceFile.read(workspace, Optional.of(configMap), problems);
/// ```
final class WorkspaceFile {
  static final String KIND = "Workspace";
  static final String CONFIG_KEY = "training_config.yaml";
  private static final Set<String> API_VERSIONS = Set.of("kaito.sh/v1beta1", "kaito.sh/v1alpha1");
  private static final String NOT_FOR_TUNING = "KAITO refuses it for tuning; take it out";

  private final List<Given> givens = new ArrayList<>();
  private final List<Problem> problems;

  private WorkspaceFile(List<Problem> problems) {
    this.problems = problems;
  }

  static FileContents read(
      YamlEntry workspace, Optional<YamlEntry> configMap, List<Problem> problems) {
    WorkspaceFile file = new WorkspaceFile(problems);
    Optional<String> configName = file.workspace(workspace);
    Optional<YamlEntry> config = configMap.flatMap(file::configMap);
    if (configName.isPresent() && configMap.isEmpty()) {
      problems.add(
          new Problem(
              workspace.file() + " tuning.config",
              "ConfigMap '" + configName.get() + "' is not in the file",
              "append it: kubectl get configmap " + configName.get() + " -o yaml"));
    } else if (configMap.isPresent()) {
      file.checkNames(workspace, configMap.get(), configName);
    }
    return new FileContents(
        file.givens, config.flatMap(YamlEntry::scalar), config.map(YamlEntry::place).orElse(""));
  }

  private Optional<String> workspace(YamlEntry root) {
    Map<String, YamlEntry> keys =
        known(root, "apiVersion", "kind", "metadata", "resource", "tuning", "inference", "status");
    String version =
        Optional.ofNullable(keys.get("apiVersion")).flatMap(YamlEntry::scalar).orElse("");
    if (!API_VERSIONS.contains(version)) {
      problem(
          keys.getOrDefault("apiVersion", root),
          "a version that is not known",
          "write kaito.sh/v1beta1");
    }
    refuse(
        keys.get("inference"),
        "an inference Workspace serves a model, it tunes none",
        "give one with tuning");
    refuse(keys.get("status"), "written by the server, not by a user", "take it out");
    metadata(keys.get("metadata"), true);
    if (keys.get("resource") == null) {
      problem(root, "no resource", "KAITO wants resource.labelSelector");
    } else {
      resource(keys.get("resource"));
    }
    if (keys.get("tuning") == null) {
      problem(root, "no tuning", "give a Workspace with tuning");
      return Optional.empty();
    }
    return tuning(keys.get("tuning"));
  }

  private void metadata(YamlEntry metadata, boolean named) {
    if (metadata == null) {
      return;
    }
    Map<String, YamlEntry> keys =
        known(metadata, "name", "generateName", "namespace", "labels", "annotations");
    if (named) {
      one(Field.NAME, keys.get("name"));
      one(Field.GENERATE_NAME, keys.get("generateName"));
      one(Field.NAMESPACE, keys.get("namespace"));
    } else {
      refuse(keys.get("generateName"), "a ConfigMap that the Workspace can't name", "name it");
    }
    map(Field.LABEL, keys.get("labels"));
    map(Field.ANNOTATION, keys.get("annotations"));
  }

  private void resource(YamlEntry resource) {
    Map<String, YamlEntry> keys =
        known(resource, "count", "instanceType", "labelSelector", "preferredNodes", "partition");
    YamlEntry count = keys.get("count");
    if (count != null && !count.scalar().equals(Optional.of("1"))) {
      problem(
          count, "KAITO tunes on one node alone", "write 1; --runtime job --workers N takes more");
    }
    refuse(keys.get("partition"), "a part of a GPU", NOT_FOR_TUNING);
    one(Field.INSTANCE_TYPE, keys.get("instanceType"));
    YamlEntry selector = keys.get("labelSelector");
    YamlEntry expressions = null;
    if (selector == null) {
      problem(resource, "no labelSelector", "KAITO requires one");
    } else {
      Map<String, YamlEntry> selectors = known(selector, "matchLabels", "matchExpressions");
      map(Field.NODE_SELECTOR, selectors.get("matchLabels"));
      expressions = selectors.get("matchExpressions");
    }
    affinity(resource, expressions, keys.get("preferredNodes"));
  }

  /// The rest of how KAITO picks nodes, in the words of a pod's spec.
  private void affinity(YamlEntry resource, YamlEntry expressions, YamlEntry preferredNodes) {
    List<String> parts = new ArrayList<>();
    if (expressions != null) {
      parts.add(
          "requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: "
              + expressions.flow(problems)
              + "}]}");
    }
    if (preferredNodes != null && !preferredNodes.items().isEmpty()) {
      parts.add(
          "preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference:"
              + " {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: "
              + preferredNodes.flow(problems)
              + "}]}}]");
    }
    if (!parts.isEmpty()) {
      givens.add(
          new Given(
              Field.AFFINITY,
              "",
              "{nodeAffinity: {" + String.join(", ", parts) + "}}",
              resource.place()));
    }
  }

  private Optional<String> tuning(YamlEntry tuning) {
    Map<String, YamlEntry> keys = known(tuning, "preset", "method", "config", "input", "output");
    if (keys.get("preset") == null) {
      problem(tuning, "no preset", "KAITO requires tuning.preset.name");
    } else {
      preset(keys.get("preset"));
    }
    YamlEntry method = keys.get("method");
    if (method != null) {
      // KAITO ignores the case of the method, and of nothing else.
      givens.add(
          new Given(
              Field.METHOD,
              "",
              method.scalar().orElse("").toLowerCase(Locale.ROOT),
              method.place()));
    }
    if (keys.get("input") == null) {
      problem(tuning, "no input", "KAITO requires one of urls, image, volumeSource");
    } else {
      input(keys.get("input"));
    }
    if (keys.get("output") == null) {
      problem(tuning, "no output", "KAITO requires one of image, volumeSource");
    } else {
      output(keys.get("output"));
    }
    return Optional.ofNullable(keys.get("config")).flatMap(YamlEntry::scalar);
  }

  private void preset(YamlEntry preset) {
    Map<String, YamlEntry> keys = known(preset, "name", "accessMode", "presetOptions");
    one(Field.MODEL, keys.get("name"));
    YamlEntry mode = keys.get("accessMode");
    if (mode != null && !mode.scalar().equals(Optional.of("public"))) {
      problem(
          mode,
          "KAITO has deprecated it",
          "take it out; a private model's image is --model image://REF");
    }
    if (keys.get("presetOptions") != null) {
      Map<String, YamlEntry> options =
          known(keys.get("presetOptions"), "image", "imagePullSecrets", "modelAccessSecret");
      refuse(
          options.get("image"), "KAITO has deprecated it", "take it out; say --model image://REF");
      refuse(
          options.get("imagePullSecrets"),
          "KAITO has deprecated it",
          "take it out; say --image-pull-secret");
      one(Field.MODEL_SECRET, options.get("modelAccessSecret"));
    }
  }

  private void input(YamlEntry input) {
    Map<String, YamlEntry> keys =
        known(input, "name", "urls", "image", "imagePullSecrets", "volumeSource");
    exactlyOne(input, keys, "urls", "image", "volumeSource");
    one(Field.DATA_NAME, keys.get("name"));
    list(Field.DATA, keys.get("urls"));
    image(Field.DATA, keys.get("image"), "image://");
    list(Field.DATA_SECRET, keys.get("imagePullSecrets"));
    volume(Field.DATA, keys.get("volumeSource"));
  }

  private void output(YamlEntry output) {
    Map<String, YamlEntry> keys = known(output, "image", "imagePushSecret", "volumeSource");
    exactlyOne(output, keys, "image", "volumeSource");
    image(Field.OUTPUT, keys.get("image"), "");
    one(Field.OUTPUT_SECRET, keys.get("imagePushSecret"));
    volume(Field.OUTPUT, keys.get("volumeSource"));
  }

  /// A claim becomes `pvc://CLAIM`, so that files and flags have one form; all else stays as it is.
  private void volume(Field field, YamlEntry source) {
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

  private Optional<YamlEntry> configMap(YamlEntry root) {
    Map<String, YamlEntry> keys =
        known(root, "apiVersion", "kind", "metadata", "data", "immutable");
    metadata(keys.get("metadata"), false);
    YamlEntry data = keys.get("data");
    Optional<YamlEntry> config =
        data == null
            ? Optional.empty()
            : Optional.ofNullable(known(data, CONFIG_KEY).get(CONFIG_KEY));
    if (config.isEmpty()) {
      problem(root, "no data." + CONFIG_KEY, "KAITO reads that key alone");
    }
    return config;
  }

  private void checkNames(YamlEntry workspace, YamlEntry configMap, Optional<String> configName) {
    String name = metadataOf(configMap, "name");
    if (configName.isEmpty()) {
      problem(configMap, "the Workspace names no ConfigMap", "add tuning.config: " + name);
    } else if (!configName.get().equals(name)) {
      problem(
          configMap, "named '" + name + "', the Workspace wants '" + configName.get() + "'", "");
    }
    String namespace = metadataOf(configMap, "namespace");
    if (!namespace.equals(metadataOf(workspace, "namespace"))) {
      problem(configMap, "not in the Workspace's namespace", "KAITO looks there alone");
    }
  }

  private String metadataOf(YamlEntry root, String key) {
    List<Problem> reportedBefore = new ArrayList<>();
    YamlEntry metadata = root.children(reportedBefore).get("metadata");
    return metadata == null
        ? ""
        : Optional.ofNullable(metadata.children(reportedBefore).get(key))
            .flatMap(YamlEntry::scalar)
            .orElse("");
  }

  private Map<String, YamlEntry> known(YamlEntry parent, String... names) {
    Map<String, YamlEntry> children = parent.children(problems);
    children.forEach((name, entry) -> {
      if (!Set.of(names).contains(name)) {
        problem(entry, "unknown or not honoured", Suggestion.of(name, List.of(names)));
      }
    });
    return children;
  }

  private void exactlyOne(YamlEntry parent, Map<String, YamlEntry> keys, String... names) {
    long given = List.of(names).stream().filter(keys::containsKey).count();
    if (given != 1) {
      problem(parent, given + " of " + String.join(", ", names), "give exactly one");
    }
  }

  private void one(Field field, YamlEntry entry) {
    image(field, entry, "");
  }

  private void image(Field field, YamlEntry entry, String scheme) {
    if (entry != null) {
      entry
          .scalar()
          .ifPresentOrElse(
              text -> givens.add(new Given(field, "", scheme + text, entry.place())),
              () -> problem(entry, "no single value", "write " + field.valueName()));
    }
  }

  private void list(Field field, YamlEntry entry) {
    if (entry != null) {
      entry.items().forEach(item -> one(field, item));
    }
  }

  private void map(Field field, YamlEntry entry) {
    if (entry != null) {
      entry
          .children(problems)
          .forEach((key, value) ->
              givens.add(new Given(field, key, value.scalar().orElse(""), value.place())));
    }
  }

  private void refuse(YamlEntry entry, String found, String remedy) {
    if (entry != null) {
      problem(entry, found, remedy);
    }
  }

  private void problem(YamlEntry entry, String found, String remedy) {
    problems.add(new Problem(entry.place(), found, remedy));
  }
}
