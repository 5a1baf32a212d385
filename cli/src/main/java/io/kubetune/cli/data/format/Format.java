package io.kubetune.cli.data.format;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.Locale;
import java.util.Optional;

/// A file format that rows can be read from.
///
/// ```
/// Format.named("csv") == Format.CSV
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

  /// @throws TuneException USAGE, naming all formats, for a word that is none of them
  public static Format named(String flag) {
    StringBuilder all = new StringBuilder();
    for (Format each : values()) {
      if (each.flag.equals(flag.toLowerCase(Locale.ROOT))) {
        return each;
      }
      all.append(all.isEmpty() ? "" : ", ").append(each.flag);
    }
    throw new TuneException(
        ExitCode.USAGE,
        "can't choose the data's format",
        "--format " + flag,
        "no such format",
        "formats are " + all);
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
