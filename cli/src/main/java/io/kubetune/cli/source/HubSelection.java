package io.kubetune.cli.source;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.List;
import java.util.regex.Pattern;

/// Which files of a repository are needed: of a model its safetensors and what describes it, never
/// pickled weights, which can run code; of a dataset the rows.
///
/// ```
/// new HubSelection(reference).needed(files)
/// ```
record HubSelection(SourceReference.HuggingFace repository) {
  private static final Pattern MODEL =
      Pattern.compile(
          "config\\.json|generation_config\\.json|tokenizer.*|special_tokens_map\\.json"
              + "|added_tokens\\.json|vocab\\.(json|txt)|merges\\.txt|spiece\\.model"
              + "|chat_template.*|.*\\.safetensors|.*\\.safetensors\\.index\\.json"
              + "|LICEN[SC]E.*|README\\.md|NOTICE.*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern ROWS =
      Pattern.compile(
          ".*\\.(jsonl|ndjson|json|csv|tsv|parquet|arrow|txt|text)(\\.(gz|zst))?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern PICKLED = Pattern.compile(".*\\.(bin|pth|pt|ckpt|gguf|h5|msgpack)");

  /// @throws TuneException BAD_MODEL or NOT_FOUND where nothing is needed
  List<HubFile> needed(List<HubFile> all) {
    List<HubFile> needed =
        switch (repository.kind()) {
          case MODEL -> model(all);
          case DATASET -> rows(all);
        };
    for (HubFile each : needed) {
      if (!isInside(each.path())) {
        throw new TuneException(
            ExitCode.SOURCE,
            "can't download " + repository.text(),
            repository.text(),
            "the hub lists a file outside of the repository: " + each.path(),
            "is HF_ENDPOINT a hub that you trust?");
      }
    }
    return needed;
  }

  private List<HubFile> model(List<HubFile> all) {
    // Mistral's repositories hold the weights twice, under this name too.
    boolean usual = all.stream().anyMatch(file -> file.path().matches("model.*\\.safetensors"));
    List<HubFile> needed =
        all.stream()
            .filter(file -> MODEL.matcher(file.path()).matches() && !file.path().contains("/"))
            .filter(file -> !(usual && file.path().startsWith("consolidated")))
            .toList();
    if (needed.stream().noneMatch(file -> file.path().endsWith(".safetensors"))) {
      boolean pickled = all.stream().anyMatch(file -> PICKLED.matcher(file.path()).matches());
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't use the model " + repository.text(),
          repository.text(),
          pickled ? "its weights are there only in other formats" : "no *.safetensors in it",
          pickled
              ? "pickled weights can run code and are never loaded; name a repository with"
                  + " *.safetensors"
              : "is it a model?");
    }
    return needed;
  }

  private List<HubFile> rows(List<HubFile> all) {
    String path = repository.path();
    List<HubFile> exact = all.stream().filter(file -> file.path().equals(path)).toList();
    if (!exact.isEmpty()) {
      return exact;
    }
    List<HubFile> needed =
        all.stream()
            .filter(file -> path.isEmpty() || file.path().startsWith(path + "/"))
            .filter(file -> ROWS.matcher(file.name()).matches())
            .filter(file -> !file.path().startsWith(".") && !file.path().contains("/."))
            .toList();
    if (needed.isEmpty()) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't find rows in " + repository.text(),
          repository.text(),
          path.isEmpty() ? "no data file in it" : "no data file at '" + path + "'",
          "it has "
              + String.join(
                  ", ",
                  all.stream().map(HubFile::path).filter(ROWS.asPredicate()).limit(5).toList())
              + "; a dataset made by a script is converted by the hub: add @refs/convert/parquet");
    }
    return needed;
  }

  private static boolean isInside(String path) {
    return !path.startsWith("/")
        && !path.contains("\\")
        && List.of(path.split("/", -1)).stream()
            .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
  }
}
