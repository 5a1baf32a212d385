package io.kubetune.contract.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.TrainingConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigWriterTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "training_config: {}",
        """
        ModelConfig: {pretrained_model_name_or_path: 'a: b #c', revision: '007', torch_dtype: bf16,
          chat_template: "{% for m in messages %}\\n {{ m }}\\t\\u00e9\\u2028{% endfor %}\\n"}
        QuantizationConfig: {load_in_4bit: true, bnb_4bit_use_double_quant: true,
          bnb_4bit_compute_dtype: float32}
        LoraConfig: {r: 64, lora_alpha: 12.5, lora_dropout: 0.05, target_modules: ["no", v_proj],
          exclude_modules: '.*\\.0\\..*', layers_to_transform: [0, 3], layers_pattern: layers,
          rank_pattern: {q_proj: 4}, alpha_pattern: {'^v': 3.5}, bias: lora_only, use_rslora: true,
          use_dora: true, init_lora_weights: gaussian, modules_to_save: [embed_tokens]}
        TrainingArguments: {output_dir: /mnt/x, num_train_epochs: 0.1, max_steps: 7,
          learning_rate: 1.2345678901234567e-5, lr_scheduler_type: polynomial,
          lr_scheduler_kwargs: {power: 2, lr_end: 1e-9}, warmup_ratio: 0.03, weight_decay: 0.1,
          adam_beta1: 0.8, adam_beta2: 0.95, adam_epsilon: 1e-6, max_grad_norm: 0.3,
          per_device_train_batch_size: 2, gradient_accumulation_steps: 3,
          per_device_eval_batch_size: 4, max_length: 2048, packing: true,
          seed: 9007199254740993, data_seed: 5, logging_steps: 2, eval_strategy: steps,
          eval_steps: 4, save_strategy: steps, save_steps: 8, save_total_limit: 2,
          load_best_model_at_end: true, early_stopping_patience: 3, early_stopping_threshold: 0.01,
          neftune_noise_alpha: 5, auto_find_batch_size: true, resume_from_checkpoint: true}
        DatasetConfig: {dataset_path: /mnt/rows, shuffle_dataset: no, shuffle_seed: 1,
          train_test_split: 0.9}
        KubetuneConfig: {method: qlora, loss_on: completion, on_long_document: split,
          compute_type: float16, device: cuda, threads: 3, memory: small, max_skipped_steps: 0}
        """,
        """
        QuantizationConfig: {load_in_8bit: true}
        LoraConfig: {target_modules: all-linear, exclude_modules: [lm_head]}
        TrainingArguments: {warmup_steps: 0.25, logging_steps: 5}
        """
      })
  void whatIsWrittenReadsBackAsTheSameRecord(String yaml) {
    TrainingConfig config = ConfigReader.read(yaml, "given.yaml").config();
    ConfigResult back = ConfigReader.read(ConfigWriter.write(config), "written.yaml");
    assertThat(back.config()).isEqualTo(config);
    assertThat(back.warnings()).isEmpty();
  }
}
