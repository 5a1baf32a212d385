package io.kubetune.cli.data;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.Problem;
import java.nio.file.Path;
import java.util.List;

/// What a canonical dataset holds.
///
/// ```
/// DataFacts facts = Dataset.normalise(request);
/// ```
///
/// @param folder has train.jsonl, eval.jsonl where there are rows to evaluate on, and manifest.json
/// @param rows of train.jsonl
/// @param bytes of train.jsonl
/// @param sha256 of train.jsonl, in lower-case hex
/// @param evalRows of eval.jsonl; 0 where there is none
/// @param estimatedTokens of train.jsonl, without its tokenizer: [TokenEstimate]
/// @param source what the user named
/// @param warnings what training bears, each with the first place where it was found
public record DataFacts(
    Path folder,
    long rows,
    long bytes,
    String sha256,
    long evalRows,
    long estimatedTokens,
    Shape shape,
    String source,
    List<Problem> warnings) {

  static DataFacts of(
      Path folder, DataManifest manifest, long estimatedTokens, List<Problem> warnings) {
    DataFile train = manifest.file(DataManifest.TRAIN).orElseThrow();
    return new DataFacts(
        folder,
        train.rows(),
        train.bytes(),
        train.sha256(),
        manifest.file(DataManifest.EVAL).map(DataFile::rows).orElse(0L),
        estimatedTokens,
        manifest.shape(),
        manifest.source(),
        List.copyOf(warnings));
  }
}
