package io.kubetune.contract.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  /// KAITO's own ConfigMap for QLoRA, as its release 0.12 has it.
  private static final String KAITO_QLORA =
      """
      training_config:
        ModelConfig:
          torch_dtype: "bfloat16"
          local_files_only: true
          device_map: "auto"
        QuantizationConfig:
          load_in_4bit: true
          bnb_4bit_quant_type: "nf4"
          bnb_4bit_compute_dtype: "bfloat16"
          bnb_4bit_use_double_quant: true
        LoraConfig:
          r: 8
          lora_alpha: 8
          lora_dropout: 0.0
        TrainingArguments:
          output_dir: "/mnt/results"
          ddp_find_unused_parameters: false
          save_strategy: "no"
          per_device_train_batch_size: 1
        DataCollator:
          mlm: true
        DatasetConfig:
          shuffle_dataset: true
          train_test_split: 1
      """;

  private static TrainingConfig read(String yaml) {
    return ConfigReader.read(yaml, "my.yaml").config();
  }

  private static List<Problem> problems(String yaml) {
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> ConfigReader.read(yaml, "my.yaml"));
    assertThat(refused).as("refusal of %s", yaml).isNotNull();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_REQUEST);
    return refused.problems();
  }

  private static String onlyProblem(String yaml) {
    assertThat(problems(yaml)).hasSize(1);
    return problems(yaml).getFirst().toString();
  }

  @Test
  void kaitosOwnQloraConfigurationIsReadInFull() {
    ConfigResult result = ConfigReader.read(KAITO_QLORA, "my.yaml");
    TrainingConfig config = result.config();
    assertThat(config.model().storageType()).isEqualTo(NumberType.BFLOAT16);
    assertThat(config.quantization())
        .isEqualTo(new Quantization(Quantization.Kind.NF4, true, NumberType.BFLOAT16));
    assertThat(config.kubetune().method()).isEqualTo(KubetuneConfig.Method.QLORA);
    assertThat(config.training().saveStrategy()).isEqualTo(Training.Strategy.NO);
    assertThat(result.warnings())
        .extracting(Problem::place)
        .containsExactly(
            "my.yaml:4 ModelConfig.local_files_only",
            "my.yaml:5 ModelConfig.device_map",
            "my.yaml:17 TrainingArguments.ddp_find_unused_parameters",
            "my.yaml:21 DataCollator.mlm");
  }

  @Test
  void whatIsLeftOutHasTheLibrariesDefaults() {
    TrainingConfig config = read("training_config: {LoraConfig: }");
    assertThat(config.lora().r()).isEqualTo(8);
    assertThat(config.lora().alpha()).isEqualTo(8);
    assertThat(config.lora().dropout()).isZero();
    assertThat(config.lora().targetModules()).isEmpty();
    Training training = config.training();
    assertThat(training.learningRate()).isEqualTo(2e-5);
    assertThat(training.epochs()).isEqualTo(3);
    assertThat(training.maxSteps()).isEmpty();
    assertThat(training.adamBeta2()).isEqualTo(0.999);
    assertThat(training.adamEpsilon()).isEqualTo(1e-8);
    assertThat(training.maxGradNorm()).isEqualTo(1);
    assertThat(training.schedule()).isEqualTo(Training.Schedule.LINEAR);
    assertThat(training.maxLengthTokens()).isEqualTo(1024);
    assertThat(training.documentsPerMicroStep()).isEqualTo(1);
    assertThat(training.seed()).isEqualTo(42);
    assertThat(config.dataset().shuffle()).isTrue();
    assertThat(config.dataset().trainShare()).isEqualTo(1);
    assertThat(config.kubetune().method()).isEqualTo(KubetuneConfig.Method.LORA);
    assertThat(config.kubetune().lossOn()).isEqualTo(KubetuneConfig.LossOn.ANSWER);
  }

  @Test
  void sectionsMayStandOnTopOfTheDocument() {
    assertThat(read("LoraConfig: {r: 16}").lora().r()).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2e-4", "'2e-4'", "2.0E-4", "0.0002", ".0002", "+2e-04"})
  void numbersAreNumbersInEverySpellingThatUsersWrite(String spelling) {
    assertThat(
            read("TrainingArguments: {learning_rate: " + spelling + "}").training().learningRate())
        .isEqualTo(2e-4);
  }

  @ParameterizedTest
  @CsvSource({"yes,true", "On,true", "True,true", "'\"true\"',true", "no,false", "FALSE,false"})
  void booleansAreReadAsPythonsYamlReadsThem(String spelling, boolean value) {
    assertThat(read("TrainingArguments: {packing: " + spelling + "}").training().packing())
        .isEqualTo(value);
  }

  @Test
  void bothSpellingsOfAKeyMeanTheSame() {
    assertThat(read("TrainingArguments: {max_seq_length: 77}").training().maxLengthTokens())
        .isEqualTo(77);
    assertThat(read("ModelConfig: {dtype: torch.float16}").model().storageType())
        .isEqualTo(NumberType.FLOAT16);
    assertThat(read("TrainingArguments: {evaluation_strategy: epoch}").training().evalStrategy())
        .isEqualTo(Training.Strategy.EPOCH);
  }

  @Test
  void targetsAreNamesOrARegexOrAllLinears() {
    assertThat(read("LoraConfig: {target_modules: [q_proj, v_proj]}").lora().targetModules())
        .contains(new Modules.Names(List.of("q_proj", "v_proj")));
    assertThat(read("LoraConfig: {target_modules: '.*\\.[qv]_proj'}").lora().targetModules())
        .contains(new Modules.Pattern(".*\\.[qv]_proj"));
    assertThat(read("LoraConfig: {target_modules: All-Linear}").lora().targetModules())
        .contains(new Modules.AllLinear());
    assertThat(read("LoraConfig: {layers_to_transform: 3}").lora().layersToTransform())
        .containsExactly(3);
  }

  @Test
  void warmupBelowOneIsAShareAndStepsWinOverTheRatio() {
    Training share = read("TrainingArguments: {warmup_steps: 0.1}").training();
    assertThat(share.warmupSteps()).isZero();
    assertThat(share.warmupRatio()).isEqualTo(0.1);
    Training both = read("TrainingArguments: {warmup_steps: 5, warmup_ratio: 0.5}").training();
    assertThat(both.warmupSteps()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "assistant_only_loss: true, ASSISTANT",
    "completion_only_loss: true, COMPLETION",
    "completion_only_loss: false, ALL",
    "'assistant_only_loss: true, completion_only_loss: true', ANSWER"
  })
  void huggingFacesLossFlagsSayWhatIsLearned(String flags, KubetuneConfig.LossOn expected) {
    assertThat(read("TrainingArguments: {" + flags + "}").kubetune().lossOn()).isEqualTo(expected);
  }

  @Test
  void huggingFacesFlagsForTypeDeviceAndMemoryAreObeyed() {
    KubetuneConfig config =
        read("TrainingArguments: {bf16: true, use_cpu: true, gradient_checkpointing: true}")
            .kubetune();
    assertThat(config.computeType()).isEqualTo(NumberType.BFLOAT16);
    assertThat(config.device()).isEqualTo(KubetuneConfig.Device.CPU);
    assertThat(config.memory()).isEqualTo(KubetuneConfig.Memory.SMALL);
  }

  @Test
  void everyProblemIsReportedAtOnceWithItsLine() {
    List<Problem> problems =
        problems(
            """
            training_config:
              LoraConfig:
                rnak: 16
                lora_dropout: 1.0
                lora_alpha: high
              TrainingArgument:
                learning_rate: 1
              TrainingArguments:
                learning_rate: .nan
                optim: adafactor
                max_length: 8
                max_seq_length: 9
              DatasetConfig:
                dropout: 1
            """);
    assertThat(problems)
        .extracting(Problem::toString)
        .containsExactly(
            "my.yaml:3 LoraConfig.rnak: unknown key; did you mean 'r'?",
            "my.yaml:4 LoraConfig.lora_dropout: 1.0 is out of range; give at least 0 and below 1, or"
                + " leave it out for 0",
            "my.yaml:5 LoraConfig.lora_alpha: 'high' is not a number; give above 0 and finite, or"
                + " leave it out for 8",
            "my.yaml:6 TrainingArgument: unknown section; did you mean 'TrainingArguments'?",
            "my.yaml:9 TrainingArguments.learning_rate: .nan is not a finite number; give above 0"
                + " and finite, or leave it out for 2e-5",
            "my.yaml:10 TrainingArguments.optim: 'adafactor' can't be obeyed: the optimizer is AdamW"
                + " with fp32 state; leave the key out",
            "my.yaml:12 TrainingArguments.max_seq_length: given twice, which is max_length, first on"
                + " line 11; keep one",
            "my.yaml:14 DatasetConfig.dropout: unknown key; did you mean 'lora_dropout' of"
                + " LoraConfig?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LoraConfig: {r: 0}|0 is out of range",
        "LoraConfig: {r: 8.5}|is not a whole number",
        "LoraConfig: {r: 99999999999}|too large",
        "LoraConfig: {r: }|has no value",
        "LoraConfig: {r: [8]}|is not a whole number",
        "LoraConfig: {rank_pattern: {q_proj: 0}}|out of range",
        "LoraConfig: {bias: some}|give none, all, lora_only",
        "LoraConfig: {use_dora: maybe}|not true or false",
        "LoraConfig: {init_lora_weights: pissa}|give true, gaussian",
        "LoraConfig: {use_qalora: true}|can't be obeyed",
        "TrainingArguments: {learning_rate: -1e-4}|out of range",
        "TrainingArguments: {learning_rate: 0}|out of range",
        "TrainingArguments: {learning_rate: 1e999}|not a finite number",
        "TrainingArguments: {max_steps: 0}|0 steps train nothing",
        "TrainingArguments: {warmup_steps: 2.5}|no number of steps",
        "TrainingArguments: {lr_scheduler_type: inverse_sqrt}|give linear, cosine",
        "TrainingArguments: {label_smoothing_factor: 0.1}|can't be obeyed",
        "TrainingArguments: {lr_scheduler_kwargs: {power: 2}}|linear schedule has no power",
        "DatasetConfig: {train_test_split: 0}|out of range",
        "DatasetConfig: {train_test_split: 1.01}|out of range",
        "DatasetConfig: {learning_rate: 1}|it is a key of TrainingArguments",
        "QuantizationConfig: {bnb_4bit_quant_type: fp4}|give nf4",
        "ModelConfig: {torch_dtype: int8}|not auto, bfloat16, float16 or float32",
        "LoraConfig: 8|holds no keys and values",
        "learning_rate: 1|it is a key of TrainingArguments",
        "{LoraConfig: {}, LoraConfig: {}}|given twice, first on line 1",
        "{training_config: {}, LoraConfig: {}}|stands beside training_config",
        "[1, 2]|holds no keys and values",
      })
  void aBadValueIsRefusedAndTheMessageSaysWhy(String yaml, String message) {
    assertThat(onlyProblem(yaml)).startsWith("my.yaml:1 ").contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "QuantizationConfig: {load_in_4bit: true, load_in_8bit: true}|both load_in_4bit",
        "{QuantizationConfig: {load_in_4bit: true}, KubetuneConfig: {method: lora}}|lora with weights",
        "{QuantizationConfig: {load_in_8bit: true}, KubetuneConfig: {method: full}}|full with weights",
        "KubetuneConfig: {method: qlora}|qlora without quantized weights",
        "LoraConfig: {target_modules: 'a.*', layers_to_transform: [1]}|target_modules is one text",
        "LoraConfig: {layers_pattern: layers}|layers_to_transform is missing",
        "LoraConfig: {target_modules: []}|names no module",
        "TrainingArguments: {bf16: true, fp16: true}|both bf16 and fp16",
        "TrainingArguments: {load_best_model_at_end: true}|eval_strategy is no",
        "TrainingArguments: {early_stopping_patience: 2}|load_best_model_at_end is not true",
        "{TrainingArguments: {completion_only_loss: true}, KubetuneConfig: {loss_on: all}}|is all, while",
        "{TrainingArguments: {use_cpu: true}, KubetuneConfig: {device: cuda}}|is cuda, while",
        "{TrainingArguments: {bf16: true}, KubetuneConfig: {compute_type: float32}}|is float32, while"
      })
  void settingsThatCantHoldTogetherAreRefused(String yaml, String message) {
    assertThat(onlyProblem(yaml)).startsWith("my.yaml:1 ").contains(message);
  }

  @Test
  void savingMustMeetAnEvaluationWhereTheBestIsKept() {
    String yaml =
        "TrainingArguments: {load_best_model_at_end: true, eval_strategy: steps, save_strategy:"
            + " steps, eval_steps: %d, save_steps: 30, early_stopping_patience: 2}";
    assertThat(onlyProblem(yaml.formatted(20))).contains("no multiple of eval_steps");
    assertThat(read(yaml.formatted(15)).training().earlyStoppingPatience())
        .isEqualTo(OptionalInt.of(2));
  }

  @Test
  void aTokenIsRefusedAndNeverPrinted() {
    assertThat(onlyProblem("TrainingArguments: {hub_token: hf_verysecret}"))
        .contains("a token does not belong in a configuration")
        .doesNotContain("verysecret");
  }

  @Test
  void whatIsNotYamlIsNamedByLineAndColumn() {
    assertThat(onlyProblem("a: 1\nb: [1,\nc: }\n")).startsWith("my.yaml:3:4: not YAML");
    assertThat(onlyProblem("")).isEqualTo("my.yaml: is empty; give sections under training_config");
    assertThat(onlyProblem("a: 1\n---\nb: 2\n")).startsWith("my.yaml:2:1: not YAML");
  }

  @Test
  void aCollectionThatContainsItselfIsAProblemAndNoEndlessLoop() {
    assertThat(onlyProblem("LoraConfig: {rank_pattern: &a {x: *a}}")).contains("whole number");
    assertThat(onlyProblem("LoraConfig: &a {modules_to_save: [*a]}")).isNotEmpty();
  }

  @Test
  void aFileThatCantBeReadIsNamed(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("none.yaml");
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> ConfigReader.read(missing));
    assertThat(refused.problems().getFirst().place()).isEqualTo(missing.toString());
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xe9, '\n'});
    refused = catchThrowableOfType(TuneException.class, () -> ConfigReader.read(latin));
    assertThat(refused.problems().getFirst().found()).isEqualTo("not UTF-8 text");
  }
}
