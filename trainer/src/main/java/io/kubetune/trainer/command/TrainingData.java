package io.kubetune.trainer.command;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.data.CanonicalRows;
import io.kubetune.trainer.data.ChatTokenizer;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.EncodedRows;
import io.kubetune.trainer.data.Encoder;
import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.train.TrainEvalSplit;
import io.kubetune.trainer.write.ModelCard;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// The rows of a run as documents: those to train on, those to evaluate on, and what was left out.
///
/// ```
/// TrainingData data = TrainingData.read(config, folder.startedAt());
/// ```
///
/// @param warnings what the user should know of the rows
record TrainingData(
    List<Document> train,
    List<Document> eval,
    int truncated,
    int excluded,
    ModelCard.DataOrigin origin,
    List<Event> warnings) {

  /// Evaluates on `eval.jsonl` where there is one, else on the rows that `train_test_split` holds
  /// out.
  ///
  /// @param today what a chat template writes as the time
  static TrainingData read(TrainingConfig config, Instant today) {
    Path model = Path.of(config.model().path());
    CanonicalRows rows = CanonicalRows.open(Path.of(config.dataset().path()));
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(
            model,
            config.model().chatTemplate(),
            ModelConfig.read(model).required("vocab_size"),
            LocalDateTime.ofInstant(today, ZoneOffset.UTC),
            config.kubetune().sanitize())) {
      Encoder encoder =
          new Encoder(
              tokenizer,
              config.kubetune().lossOn(),
              config.kubetune().onLongDocument(),
              config.training().maxLengthTokens());
      EncodedRows train = encoder.encode(rows, DataManifest.TRAIN);
      if (rows.hasEval()) {
        EncodedRows eval = encoder.encode(rows, DataManifest.EVAL);
        return of(config, rows, List.of(train, eval), train.documents(), eval.documents());
      }
      TrainEvalSplit split = TrainEvalSplit.of(train.documents(), config.dataset());
      return of(config, rows, List.of(train), split.train(), split.eval());
    }
  }

  /// @throws TuneException BAD_REQUEST where settings ask for an evaluation and there is nothing to
  ///   evaluate on
  void refuseWithoutEvaluation(Training training) {
    List<Problem> problems = new ArrayList<>();
    if (training.evalStrategy() != Training.Strategy.NO) {
      problems.add(unmet("eval_strategy"));
    }
    if (training.loadBestModelAtEnd()) {
      problems.add(unmet("load_best_model_at_end"));
    }
    if (training.earlyStoppingPatience().isPresent()) {
      problems.add(unmet("early_stopping_patience"));
    }
    if (eval.isEmpty() && !problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't evaluate while training", problems);
    }
  }

  private static Problem unmet(String key) {
    return new Problem(
        "TrainingArguments." + key,
        "there are no rows to evaluate on",
        "set DatasetConfig.train_test_split below 1 or give an eval.jsonl, or leave this out");
  }

  private static TrainingData of(
      TrainingConfig config,
      CanonicalRows rows,
      List<EncodedRows> files,
      List<Document> train,
      List<Document> eval) {
    DataManifest manifest = rows.manifest();
    String sha256 = manifest.file(DataManifest.TRAIN).orElseThrow().sha256();
    return new TrainingData(
        train,
        eval,
        files.stream().mapToInt(EncodedRows::truncated).sum(),
        files.stream().mapToInt(EncodedRows::excluded).sum(),
        new ModelCard.DataOrigin(manifest.source(), sha256, train.size(), eval.size()),
        warnings(files, config.kubetune().sanitize()));
  }

  private static List<Event> warnings(List<EncodedRows> files, boolean sanitized) {
    List<Event> warnings = new ArrayList<>();
    int untrusted = files.stream().mapToInt(EncodedRows::untrustedTurns).sum();
    if (untrusted > 0) {
      warnings.add(
          new Event.Warned(
              "untrusted_turns",
              untrusted
                  + " assistant turns are not learned: the chat template rewrites what stands"
                  + " before them; ModelConfig.chat_template can name one that does not"));
    }
    int special = files.stream().mapToInt(EncodedRows::specialTexts).sum();
    if (special > 0) {
      warnings.add(
          new Event.Warned(
              "special_in_user_turns",
              "spelled like special tokens in user and tool turns: "
                  + special
                  + (sanitized
                      ? ", kept as text"
                      : ", became the tokens; KubetuneConfig.sanitize (--sanitize) keeps them as"
                          + " text")));
    }
    int split = files.stream().mapToInt(EncodedRows::split).sum();
    if (split > 0) {
      warnings.add(
          new Event.Warned(
              "split", split + " rows are longer than max_length and became several documents"));
    }
    return warnings;
  }
}
