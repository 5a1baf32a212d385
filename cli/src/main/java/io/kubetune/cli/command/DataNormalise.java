package io.kubetune.cli.command;

import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kubectl tune data normalise FILE… --to FOLDER`: the canonical rows that a trainer reads.
@Command(
    name = "normalise",
    header = "Write the rows in the form that the trainer reads.",
    footer = {
      "  kubectl tune data normalise shards/*.parquet --to ./data",
      "  kubectl tune data normalise train.csv --eval-data test.csv --to ./data",
    })
final class DataNormalise implements Callable<Integer> {
  @Mixin private DataOptions data;

  @Option(
      names = "--eval-data",
      paramLabel = "FILE",
      description = "rows to evaluate on; may be given several times")
  private List<String> evalData = List.of();

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      required = true,
      description = "new folder to write")
  private Path to;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  DataNormalise(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    DataFacts facts = Dataset.normalise(new NormaliseRequest(data.source(), evalData, to));
    return new WrittenData(facts).show(output, surroundings.terminal());
  }
}
