package io.kubetune.cli.fetch.gguf;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What llama.cpp calls a linear of a transformers model (gguf-py's tensor names).
///
/// ```
/// GgufNames.of("base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight");
/// // blk.3.attn_q.weight.lora_a
/// ```
///
/// @param module last part of the transformers name: `q_proj`
/// @param text the GGUF name
/// @param isB lora_B [out × rank]; else lora_A [rank × in]
record GgufNames(String module, String text, boolean isB) {
  private static final Pattern LORA =
      Pattern.compile(
          "base_model\\.model\\.(?:model|language_model\\.model)\\.layers\\.([0-9]+)"
              + "\\.(?:self_attn|mlp)\\.([a-z_]+)\\.lora_([AB])(?:\\.default)?\\.weight");

  private static final Map<String, String> LINEARS =
      Map.of(
          "q_proj", "attn_q",
          "k_proj", "attn_k",
          "v_proj", "attn_v",
          "o_proj", "attn_output",
          "qkv_proj", "attn_qkv",
          "gate_proj", "ffn_gate",
          "up_proj", "ffn_up",
          "down_proj", "ffn_down",
          // phi3's fused linear; llama.cpp keeps it as one.
          "gate_up_proj", "ffn_up");

  static Optional<GgufNames> of(String tensor) {
    Matcher lora = LORA.matcher(tensor);
    if (!lora.matches() || !LINEARS.containsKey(lora.group(2))) {
      return Optional.empty();
    }
    boolean isB = lora.group(3).equals("B");
    String linear = LINEARS.get(lora.group(2));
    String text = "blk." + lora.group(1) + "." + linear + ".weight.lora_" + (isB ? "b" : "a");
    return Optional.of(new GgufNames(lora.group(2), text, isB));
  }
}
