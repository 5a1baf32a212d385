package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A file format that rows can be read from.
///
/// ```
/// Format.find("csv") // Optional[CSV]
/// ```
public enum Format {
  JSON_LINES("jsonl", "JSON Lines", ".jsonl", ".ndjson", ".jsonlines"),
  JSON_ARRAY("json", "a JSON array", ".json"),
  CSV("csv", "CSV", ".csv"),
  TSV("tsv", "TSV", ".tsv", ".tab"),
  PARQUET("parquet", "Parquet", ".parquet", ".pq"),
  ARROW("arrow", "Arrow IPC", ".arrow", ".arrows", ".feather", ".ipc"),
  /// A row a line, as Hugging Face `datasets` reads text.
  TEXT("text", "plain text", ".txt", ".text", ".md");

  /// What `--format` takes, as a help says it.
  public static final String FLAGS = "jsonl|json|csv|tsv|parquet|arrow|text";

  private final String flag;
  private final String title;
  private final String[] suffixes;

  Format(String flag, String title, String... suffixes) {
    this.flag = flag;
    this.title = title;
    this.suffixes = suffixes;
  }

  /// The word that `--format` takes.
  public String flag() {
    return flag;
  }

  /// What a message calls it.
  public String title() {
    return title;
  }

  /// The format of the word that `--format` takes, in any case.
  public static Optional<Format> find(String flag) {
    return Arrays.stream(values())
        .filter(each -> each.flag.equals(flag.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /// What is wrong with a word that is no format.
  public static Problem unknown(String place, String flag) {
    String all = Arrays.stream(values()).map(Format::flag).collect(Collectors.joining(", "));
    return new Problem(place, "'" + flag + "' is no format", "formats are " + all);
  }

  /// The format that a file's name speaks of, after `.gz` or `.zst` is taken off.
  public static Optional<Format> ofName(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst|zstd)$", "");
    for (Format each : values()) {
      for (String suffix : each.suffixes) {
        if (name.endsWith(suffix)) {
          return Optional.of(each);
        }
      }
    }
    return Optional.empty();
  }
}
