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

  /// ConfigMaps with KAITO's defaults, which its Helm chart installs; its examples name them.
  private static final Set<String> INSTALLED_CONFIGS =
      Set.of("lora-params-template", "qlora-params-template");

  static final String CONFIG_KEY = "training_config.yaml";
  private static final Set<String> API_VERSIONS = Set.of("kaito.sh/v1beta1", "kaito.sh/v1alpha1");

  private final EntryTaker taker;

  private WorkspaceFile(List<Problem> problems) {
    this.taker = new EntryTaker(problems);
  }

  static FileContents read(
      YamlEntry workspace, Optional<YamlEntry> configMap, List<Problem> problems) {
    WorkspaceFile file = new WorkspaceFile(problems);
    Optional<String> configName = file.workspace(workspace);
    Optional<YamlEntry> config = configMap.flatMap(file::configMap);
    if (configName.isPresent()
        && configMap.isEmpty()
        && !INSTALLED_CONFIGS.contains(configName.get())) {
      problems.add(
          new Problem(
              workspace.file() + " tuning.config",
              "ConfigMap '" + configName.get() + "' is not in the file",
              "append it:\n  kubectl get configmap " + configName.get() + " -o yaml"));
    } else if (configMap.isPresent()) {
      file.checkNames(workspace, configMap.get(), configName);
    }
    return new FileContents(
        file.taker.givens(),
        config.flatMap(YamlEntry::scalar),
        config.map(YamlEntry::place).orElse(""),
        true);
  }

  private Optional<String> workspace(YamlEntry root) {
    Map<String, YamlEntry> keys =
        taker.known(
            root, "apiVersion", "kind", "metadata", "resource", "tuning", "inference", "status");
    String version =
        Optional.ofNullable(keys.get("apiVersion")).flatMap(YamlEntry::scalar).orElse("");
    if (!API_VERSIONS.contains(version)) {
      taker.problem(
          keys.getOrDefault("apiVersion", root),
          "a version that is not known",
          "write kaito.sh/v1beta1");
    }
    taker.refuse(
        keys.get("inference"),
        "an inference Workspace serves a model, it tunes none",
        "give one with tuning");
    taker.refuse(keys.get("status"), "written by the server, not by a user", "take it out");
    metadata(keys.get("metadata"), true);
    if (keys.get("resource") == null) {
      taker.problem(root, "no resource", "KAITO wants resource.labelSelector");
    } else {
      new WorkspaceResource(taker).read(keys.get("resource"));
    }
    if (keys.get("tuning") == null) {
      taker.problem(root, "no tuning", "give a Workspace with tuning");
      return Optional.empty();
    }
    return tuning(keys.get("tuning"));
  }

  private void metadata(YamlEntry metadata, boolean named) {
    if (metadata == null) {
      return;
    }
    Map<String, YamlEntry> keys =
        taker.known(metadata, "name", "generateName", "namespace", "labels", "annotations");
    if (named) {
      taker.one(Field.NAME, keys.get("name"));
      taker.one(Field.GENERATE_NAME, keys.get("generateName"));
      taker.one(Field.NAMESPACE, keys.get("namespace"));
    } else {
      taker.refuse(
          keys.get("generateName"), "a ConfigMap that the Workspace can't name", "name it");
    }
    taker.map(Field.LABEL, keys.get("labels"));
    taker.map(Field.ANNOTATION, keys.get("annotations"));
  }

  private Optional<String> tuning(YamlEntry tuning) {
    Map<String, YamlEntry> keys =
        taker.known(tuning, "preset", "method", "config", "input", "output");
    if (keys.get("preset") == null) {
      taker.problem(tuning, "no preset", "KAITO requires tuning.preset.name");
    } else {
      preset(keys.get("preset"));
    }
    YamlEntry method = keys.get("method");
    if (method != null) {
      // KAITO ignores the case of the method, and of nothing else.
      taker.take(Field.METHOD, method.scalar().orElse("").toLowerCase(Locale.ROOT), method);
    }
    if (keys.get("input") == null) {
      taker.problem(tuning, "no input", "KAITO requires one of urls, image, volumeSource");
    } else {
      input(keys.get("input"));
    }
    if (keys.get("output") == null) {
      taker.problem(tuning, "no output", "KAITO requires one of image, volumeSource");
    } else {
      output(keys.get("output"));
    }
    return Optional.ofNullable(keys.get("config")).flatMap(YamlEntry::scalar);
  }

  private void preset(YamlEntry preset) {
    Map<String, YamlEntry> keys = taker.known(preset, "name", "accessMode", "presetOptions");
    taker.one(Field.MODEL, keys.get("name"));
    YamlEntry mode = keys.get("accessMode");
    if (mode != null && !mode.scalar().equals(Optional.of("public"))) {
      taker.problem(
          mode,
          "KAITO has deprecated it",
          "take it out; a private model's image is --model image://REF");
    }
    if (keys.get("presetOptions") != null) {
      Map<String, YamlEntry> options =
          taker.known(keys.get("presetOptions"), "image", "imagePullSecrets", "modelAccessSecret");
      taker.refuse(
          options.get("image"), "KAITO has deprecated it", "take it out; say --model image://REF");
      taker.refuse(
          options.get("imagePullSecrets"),
          "KAITO has deprecated it",
          "take it out; say --image-pull-secret");
      taker.one(Field.MODEL_SECRET, options.get("modelAccessSecret"));
    }
  }

  private void input(YamlEntry input) {
    Map<String, YamlEntry> keys =
        taker.known(input, "name", "urls", "image", "imagePullSecrets", "volumeSource");
    taker.exactlyOne(input, keys, "urls", "image", "volumeSource");
    taker.one(Field.DATA_NAME, keys.get("name"));
    taker.list(Field.DATA, keys.get("urls"));
    taker.one(Field.DATA, keys.get("image"), "image://");
    taker.list(Field.DATA_SECRET, keys.get("imagePullSecrets"));
    taker.volume(Field.DATA, keys.get("volumeSource"));
  }

  private void output(YamlEntry output) {
    Map<String, YamlEntry> keys = taker.known(output, "image", "imagePushSecret", "volumeSource");
    taker.exactlyOne(output, keys, "image", "volumeSource");
    taker.one(Field.OUTPUT, keys.get("image"), "");
    taker.one(Field.OUTPUT_SECRET, keys.get("imagePushSecret"));
    taker.volume(Field.OUTPUT, keys.get("volumeSource"));
  }

  private Optional<YamlEntry> configMap(YamlEntry root) {
    Map<String, YamlEntry> keys =
        taker.known(root, "apiVersion", "kind", "metadata", "data", "immutable");
    metadata(keys.get("metadata"), false);
    YamlEntry data = keys.get("data");
    Optional<YamlEntry> config =
        data == null
            ? Optional.empty()
            : Optional.ofNullable(taker.known(data, CONFIG_KEY).get(CONFIG_KEY));
    if (config.isEmpty()) {
      taker.problem(root, "no data." + CONFIG_KEY, "KAITO reads that key alone");
    }
    return config;
  }

  private void checkNames(YamlEntry workspace, YamlEntry configMap, Optional<String> configName) {
    String name = metadataOf(configMap, "name");
    if (configName.isEmpty()) {
      taker.problem(configMap, "the Workspace names no ConfigMap", "add tuning.config: " + name);
    } else if (!configName.get().equals(name)) {
      taker.problem(
          configMap, "named '" + name + "', the Workspace wants '" + configName.get() + "'", "");
    }
    String namespace = metadataOf(configMap, "namespace");
    if (!namespace.equals(metadataOf(workspace, "namespace"))) {
      taker.problem(configMap, "not in the Workspace's namespace", "KAITO looks there alone");
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
}
