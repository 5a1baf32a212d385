package io.kubetune.trainer.command;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.config.ConfigReader;
import io.kubetune.trainer.data.ChatTokenizer;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.model.CausalLm;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.model.Models.OpenModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `generate`: answers a prompt with the likeliest token each time (greedy), through the key/value
/// cache.
///
/// ```
/// ObjectNode json = new Generate(arguments).answer();
/// // {"prompt":"…","text":"…"}, and with an adapter "before" and "after" as well
/// ```
public record Generate(Arguments arguments) {
  private static final int MAX_NEW_TOKENS = 128;

  /// @return `text` is the answer of all that was given; `before` is the base model's alone
  public ObjectNode answer() {
    Path folder = Path.of(arguments.required("--model"));
    String prompt = arguments.required("--prompt");
    Optional<Path> adapter = arguments.path("--adapter");
    int maxNewTokens = arguments.number("--max-new-tokens", MAX_NEW_TOKENS, 1);
    TrainingConfig config = config(adapter);
    try (OpenModel model = Models.open(config, folder);
        ChatTokenizer tokenizer =
            ChatTokenizer.open(folder, Optional.empty(), model.vocabularySize())) {
      int[] tokens = encode(tokenizer, prompt);
      Set<Integer> ends = tokenizer.endOfSequenceIds();
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("prompt", prompt);
      model.lm().adapterEnabled(false);
      String before = tokenizer.decode(greedy(model.lm(), tokens, ends, maxNewTokens));
      if (adapter.isEmpty()) {
        return json.put("text", before);
      }
      AdapterFolder.load(adapter.get(), model.lm().parameters());
      model.lm().adapterEnabled(true);
      String after = tokenizer.decode(greedy(model.lm(), tokens, ends, maxNewTokens));
      return json.put("text", after).put("before", before).put("after", after);
    }
  }

  /// The answer as people read it.
  public static String text(ObjectNode answer) {
    return answer.has("after")
        ? "before: "
            + answer.get("before").stringValue()
            + "\nafter:  "
            + answer.get("after").stringValue()
        : answer.get("text").stringValue();
  }

  /// All defaults but the adapter's own settings.
  private static TrainingConfig config(Optional<Path> adapter) {
    TrainingConfig defaults = ConfigReader.read("training_config: {}", "defaults").config();
    return adapter
        .map(folder ->
            new TrainingConfig(
                defaults.model(),
                defaults.quantization(),
                AdapterFolder.settings(folder),
                defaults.training(),
                defaults.dataset(),
                defaults.kubetune()))
        .orElse(defaults);
  }

  /// As a user's turn where the model has a chat template.
  private static int[] encode(ChatTokenizer tokenizer, String prompt) {
    if (!tokenizer.hasChatTemplate()) {
      return tokenizer.encode(prompt, true);
    }
    ObjectNode message =
        JsonNodeFactory.instance.objectNode().put("role", "user").put("content", prompt);
    return tokenizer.encodePrompt(List.of(message));
  }

  private static int[] greedy(CausalLm model, int[] prompt, Set<Integer> ends, int maxNewTokens) {
    IntStream.Builder answer = IntStream.builder();
    try (CausalLm.Decoder decoder = model.decoder()) {
      int next = likeliest(decoder.append(prompt));
      for (int i = 0; i < maxNewTokens && !ends.contains(next); i++) {
        answer.add(next);
        if (i + 1 < maxNewTokens) {
          next = likeliest(decoder.append(new int[] {next}));
        }
      }
    }
    return answer.build().toArray();
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
