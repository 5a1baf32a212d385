package io.kubetune.cli.command;

import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.data.DatasetSplit;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kubectl tune data split FILE… --to FOLDER`: rows to train on and rows to evaluate on.
@Command(
    name = "split",
    header = "Hold out some rows for evaluation.",
    footer = {
      "  kubectl tune data split rows.jsonl --eval 0.1 --to ./split",
      "  kubectl tune create first --model ./model --data ./split/train.jsonl \\",
      "      --eval-data ./split/eval.jsonl",
    })
final class DataSplit implements Callable<Integer> {
  @Mixin private DataOptions data;

  @Option(
      names = "--eval",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "of the rows to hold out, on average (${DEFAULT-VALUE})")
  private double eval;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "another one holds out other rows (${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      required = true,
      description = "new folder to write")
  private Path to;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  DataSplit(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    DataFacts facts = new DatasetSplit(eval, seed).write(data.source(), to);
    return new WrittenData(facts).show(output, surroundings.terminal());
  }
}
