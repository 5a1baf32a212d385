package io.kubetune.trainer.write;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.train.Evaluation;
import io.kubetune.trainer.train.StepPlan;
import io.kubetune.trainer.train.TrainingLoop;
import java.util.Locale;
import tools.jackson.databind.node.StringNode;

/// The text of the adapter's `README.md`: what it was made from, how, and how good it is.
///
/// The metadata header is the Hub's
/// (<https://huggingface.co/docs/hub/model-cards#model-card-metadata>).
///
/// ```
/// String card = ModelCard.text(config, dataset, plan, result);
/// ```
public final class ModelCard {

  /// @param source what the user named
  /// @param sha256 of the canonical rows, in hex
  public record DataOrigin(String source, String sha256, int documents, int evalDocuments) {}

  private ModelCard() {}

  public static String text(
      TrainingConfig config, DataOrigin data, StepPlan plan, TrainingLoop.Result result) {
    boolean adapter = config.kubetune().method() != Method.FULL;
    String base = quoted(config.model().path());
    StringBuilder card = new StringBuilder();
    card.append("---\nbase_model: ").append(base).append('\n');
    card.append("library_name: ").append(adapter ? "peft" : "transformers").append('\n');
    card.append("pipeline_tag: text-generation\ntags:\n");
    if (adapter) {
      card.append("- ").append(quoted("base_model:adapter:" + config.model().path()));
      card.append("\n- lora\n");
    }
    card.append("- kubectl-tune\n---\n\n");
    card.append(adapter ? "# LoRA adapter" : "# Fine-tuned model").append("\n\n");
    card.append("Trained with kubectl tune.\n\n## Data\n\n");
    row(card, "source", "`" + data.source().replace("`", "'") + "`");
    row(card, "SHA-256 of the canonical rows", "`" + data.sha256() + "`");
    row(card, "documents trained on", data.documents());
    row(card, "documents evaluated on", data.evalDocuments());
    row(card, "tokens an epoch", plan.tokensPerEpoch());
    row(card, "tokens learned an epoch", plan.labelTokensPerEpoch());
    hyperparameters(card, config, plan, adapter);
    evaluation(card, result);
    return card.toString();
  }

  private static void hyperparameters(
      StringBuilder card, TrainingConfig config, StepPlan plan, boolean adapter) {
    Training training = config.training();
    card.append("\n## Hyperparameters\n\n");
    row(card, "method", config.kubetune().method().name().toLowerCase(Locale.ROOT));
    if (adapter) {
      row(card, "r", config.lora().r());
      row(card, "lora_alpha", config.lora().alpha());
      row(card, "lora_dropout", config.lora().dropout());
      row(card, "use_rslora", config.lora().rankStabilized());
      row(card, "use_dora", config.lora().dora());
    }
    row(card, "optimizer steps", plan.steps());
    row(card, "epochs", plan.epochsAfter(plan.steps()));
    row(card, "learning_rate", training.learningRate());
    row(card, "lr_scheduler_type", training.schedule().name().toLowerCase(Locale.ROOT));
    row(card, "weight_decay", training.weightDecay());
    row(card, "per_device_train_batch_size", training.documentsPerMicroStep());
    row(card, "gradient_accumulation_steps", training.gradientAccumulationSteps());
    row(card, "max_length", training.maxLengthTokens());
    row(card, "packing", training.packing());
    row(card, "seed", training.seed());
  }

  private static void evaluation(StringBuilder card, TrainingLoop.Result result) {
    if (result.after().isEmpty()) {
      return;
    }
    card.append("\n## Evaluation\n\n| | loss | perplexity | token accuracy |\n|---|---|---|---|\n");
    result.progress().before().ifPresent(before -> evaluated(card, "before", before));
    evaluated(card, "after", result.after().get());
  }

  private static void evaluated(StringBuilder card, String when, Evaluation found) {
    card.append(
        String.format(
            Locale.ROOT,
            "| %s | %.4f | %.3f | %.4f |%n",
            when,
            found.loss(),
            found.perplexity(),
            found.tokenAccuracy()));
  }

  private static void row(StringBuilder card, String name, Object value) {
    card.append("- ").append(name).append(": ").append(value).append('\n');
  }

  /// JSON's strings are YAML's too, so no path can break out of the header.
  private static String quoted(String text) {
    return StringNode.valueOf(text).toString();
  }
}
