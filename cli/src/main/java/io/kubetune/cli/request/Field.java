package io.kubetune.cli.request;

import io.kubetune.cli.data.format.Format;
import java.util.Optional;

/// Everything that a request can say, once: its flag, its key in `tune.yaml`, and its help.
///
/// The command line, `templates/tune.schema.json` and the help text all follow this table.
///
/// ```
/// Field.NODE_SELECTOR.flag() // "--node-selector"
/// Field.NODE_SELECTOR.key()  // "spec.pod.nodeSelector"
/// ```
public enum Field {
  FILE(
      Shape.ONE,
      "--filename",
      "",
      "FILE",
      "the request: a tune.yaml, or a KAITO Workspace with its ConfigMap; - is standard input"),
  NAME(Shape.ONE, "--name", "metadata.name", "NAME", "name of the run, a DNS label"),
  GENERATE_NAME(
      Shape.ONE,
      "--generate-name",
      "metadata.generateName",
      "PREFIX",
      "name the run PREFIX and five random characters"),
  NAMESPACE(Shape.ONE, "--namespace", "metadata.namespace", "NAMESPACE", "namespace of the run"),
  LABEL(Shape.MAP, "--label", "metadata.labels", "KEY=VALUE", "label of everything that is made"),
  ANNOTATION(
      Shape.MAP,
      "--annotation",
      "metadata.annotations",
      "KEY=VALUE",
      "annotation of everything that is made"),

  RUNTIME(
      Shape.ONE,
      "--runtime",
      "spec.runtime",
      "local|job|kaito|auto",
      "where the run is executed (job); auto: a Workspace by KAITO where that is"),
  METHOD(Shape.ONE, "--method", "spec.method", "lora|qlora", "how the model is tuned"),
  MODEL(
      Shape.ONE,
      "--model",
      "spec.model",
      "MODEL",
      "folder, preset, org/name of Hugging Face, image://REF or pvc://CLAIM/PATH"),
  MODEL_SECRET(
      Shape.ONE,
      "--model-secret",
      "spec.modelSecret",
      "SECRET",
      "Secret for the model: HF_TOKEN, keys of AWS or .dockerconfigjson (runtimes job and kaito)"),
  DATA(
      Shape.LIST,
      "--data",
      "spec.data",
      "DATA",
      "rows to train on: file, folder, URL, image://REF or pvc://CLAIM/PATH"),
  EVAL_DATA(
      Shape.LIST,
      "--eval-data",
      "spec.evalData",
      "DATA",
      "rows to evaluate on, named as --data is"),
  DATA_NAME(
      Shape.ONE,
      "--data-name",
      "spec.dataName",
      "NAME",
      "what the dataset is called in the run's records"),
  DATA_SECRET(
      Shape.LIST,
      "--data-secret",
      "spec.dataSecrets",
      "SECRET",
      "Secret for data: HF_TOKEN, AUTHORIZATION, keys of AWS or .dockerconfigjson (runtimes job and"
          + " kaito)"),
  COLUMN(
      Shape.MAP,
      "--column",
      "spec.columns",
      "KEY=COLUMN",
      "the column that holds messages, prompt, completion, text, …"),
  FORMAT(
      Shape.ONE,
      "--format",
      "spec.format",
      Format.FLAGS,
      "what the files with rows are; found out where not given"),
  TEMPLATE(
      Shape.ONE,
      "--template",
      "spec.template",
      "TEXT|FILE",
      "prompt with {column} fields, or a file that holds it"),
  TEMPLATE_WITHOUT_INPUT(
      Shape.ONE,
      "--template-without-input",
      "spec.templateWithoutInput",
      "TEXT|FILE",
      "prompt for rows whose column 'input' is empty"),
  S3_ENDPOINT(
      Shape.ONE,
      "--s3-endpoint",
      "spec.s3Endpoint",
      "URL",
      "server for s3:// in place of AWS's, addressed by path"),
  S3_REGION(Shape.ONE, "--s3-region", "spec.s3Region", "REGION", "region of the buckets of s3://"),
  MODEL_CACHE(
      Shape.ONE,
      "--model-cache",
      "spec.modelCache",
      "FOLDER|CLAIM",
      "keeps downloaded models, for many runs at once: a folder (runtime local), or"
          + " CLAIM[/PATH], a PersistentVolumeClaim (runtime job)"),
  DATA_IMAGE(
      Shape.ONE,
      "--data-image",
      "spec.dataImage",
      "IMAGE",
      "where local --data is pushed to, HOST/REPO[:TAG]; the run reads it by digest"),
  REGISTRY(
      Shape.ONE,
      "--registry",
      "spec.registry",
      "HOST/PATH",
      "where local models and data are pushed to, for runtimes that run in a cluster"),
  OUTPUT(
      Shape.ONE,
      "--output-image",
      "spec.output",
      "IMAGE",
      "where the adapter goes: HOST/REPO:TAG, oci:FOLDER or pvc://CLAIM/PATH"),
  OUTPUT_SECRET(
      Shape.ONE,
      "--output-image-secret",
      "spec.outputSecret",
      "SECRET",
      "Secret with the credentials to push the output image"),

  CONFIG(
      Shape.ONE,
      "--config",
      "spec.configFile",
      "FILE",
      "training_config.yaml with KAITO's sections"),
  SET(
      Shape.MAP,
      "--set",
      "spec.config",
      "SECTION.KEY=VALUE",
      "a key of the training config, for example LoraConfig.r=16"),
  CHAT_TEMPLATE(
      Shape.ONE,
      "--chat-template",
      "spec.chatTemplate",
      "TEXT|FILE",
      "chat template in place of the model's own: Jinja text, or a file that holds it",
      "ModelConfig.chat_template"),
  SANITIZE(
      Shape.ONE,
      "--sanitize",
      "",
      "true|false",
      "text in user and tool turns that is spelled like a special token stays text",
      "KubetuneConfig.sanitize"),
  RANK("--rank", "N", "LoraConfig.r"),
  ALPHA("--alpha", "X", "LoraConfig.lora_alpha"),
  DROPOUT("--dropout", "X", "LoraConfig.lora_dropout"),
  TARGET_MODULES("--target-modules", "LIST", "LoraConfig.target_modules"),
  LEARNING_RATE("--learning-rate", "X", "TrainingArguments.learning_rate"),
  MAX_STEPS("--max-steps", "N", "TrainingArguments.max_steps"),
  EPOCHS("--epochs", "X", "TrainingArguments.num_train_epochs"),
  BATCH_SIZE("--batch-size", "N", "TrainingArguments.per_device_train_batch_size"),
  GRADIENT_ACCUMULATION(
      "--gradient-accumulation-steps", "N", "TrainingArguments.gradient_accumulation_steps"),
  MAX_LENGTH("--max-length", "TOKENS", "TrainingArguments.max_length"),
  SEED("--seed", "N", "TrainingArguments.seed"),

  WORKERS(Shape.ONE, "--workers", "spec.workers", "N", "processes that train together"),
  TRAINER_IMAGE(
      Shape.ONE, "--trainer-image", "spec.pod.trainerImage", "IMAGE", "image of the trainer"),
  CLI_IMAGE(
      Shape.ONE,
      "--cli-image",
      "spec.pod.cliImage",
      "IMAGE",
      "image of kubectl-tune, which loads data and publishes in the pod"),
  IMAGE_PULL_SECRET(
      Shape.LIST,
      "--image-pull-secret",
      "spec.pod.imagePullSecrets",
      "SECRET",
      "pull secret for the pod's own images"),
  GPUS(Shape.ONE, "--gpus", "spec.pod.gpus", "N", "GPUs for each worker; 0 trains on the CPU"),
  GPU_RESOURCE(
      Shape.ONE,
      "--gpu-resource",
      "spec.pod.gpuResource",
      "NAME",
      "resource name of a GPU, nvidia.com/gpu unless given"),
  CPU(Shape.ONE, "--cpu", "spec.pod.cpu", "QUANTITY", "CPUs for each trainer, request and limit"),
  MEMORY(
      Shape.ONE,
      "--memory",
      "spec.pod.memory",
      "QUANTITY",
      "memory for each trainer, request and limit"),
  NODE_SELECTOR(
      Shape.MAP,
      "--node-selector",
      "spec.pod.nodeSelector",
      "KEY=VALUE",
      "label that nodes must have"),
  INSTANCE_TYPE(
      Shape.ONE,
      "--instance-type",
      "spec.pod.instanceType",
      "TYPE",
      "machine type of the node, for example Standard_NC24ads_A100_v4"),
  TOLERATION(
      Shape.LIST,
      "--toleration",
      "spec.pod.tolerations",
      "KEY[=VALUE][:EFFECT]",
      "taint that the pod bears"),
  AFFINITY(
      Shape.ONE, "--affinity", "spec.pod.affinity", "JSON", "affinity, as a pod's spec has it"),
  SERVICE_ACCOUNT(
      Shape.ONE,
      "--service-account",
      "spec.pod.serviceAccount",
      "NAME",
      "service account of the pod"),
  ENV(Shape.MAP, "--env", "spec.pod.env", "NAME=VALUE", "environment variable of the trainer"),
  SECRET_ENV(
      Shape.MAP,
      "--secret-env",
      "spec.pod.secretEnv",
      "NAME=SECRET/KEY",
      "environment variable of the trainer, from a Secret"),
  CA_CONFIGMAP(
      Shape.ONE,
      "--ca-configmap",
      "spec.pod.caConfigMap",
      "NAME[/KEY]",
      "ConfigMap of PEM certificates that downloads and the push trust besides the system's"),
  PRIORITY_CLASS(
      Shape.ONE, "--priority-class", "spec.pod.priorityClass", "NAME", "priority class of the pod"),
  QUEUE(Shape.ONE, "--queue", "spec.queue", "NAME", "Kueue's LocalQueue"),
  TTL(
      Shape.ONE,
      "--ttl",
      "spec.ttl",
      "DURATION",
      "how long a finished Job is kept: 3600, 90m, 24h, 7d"),
  ACTIVE_DEADLINE(
      Shape.ONE,
      "--active-deadline",
      "spec.activeDeadline",
      "DURATION",
      "longest time that the Job may run"),
  BACKOFF_LIMIT(
      Shape.ONE,
      "--backoff-limit",
      "spec.backoffLimit",
      "N",
      "failures of the pod before the Job fails"),
  CHECKPOINT_CLAIM(
      Shape.ONE,
      "--checkpoint-claim",
      "spec.checkpointClaim",
      "CLAIM",
      "PersistentVolumeClaim for checkpoints, so that a new pod resumes");

  /// How many values a field has.
  public enum Shape {
    ONE,
    LIST,
    MAP
  }

  private final Shape shape;
  private final String flag;
  private final String key;
  private final String valueName;
  private final String help;
  private final String configKey;

  Field(Shape shape, String flag, String key, String valueName, String help) {
    this(shape, flag, key, valueName, help, "");
  }

  /// A flag that is short for `--set` of one key.
  Field(String flag, String valueName, String configKey) {
    this(
        Shape.ONE,
        flag,
        "",
        valueName,
        "short for --set " + configKey + "=" + valueName,
        configKey);
  }

  Field(Shape shape, String flag, String key, String valueName, String help, String configKey) {
    this.shape = shape;
    this.flag = flag;
    this.key = key;
    this.valueName = valueName;
    this.help = help;
    this.configKey = configKey;
  }

  public Shape shape() {
    return shape;
  }

  /// The long flag, dashes included.
  public String flag() {
    return flag;
  }

  /// The key path in tune.yaml; empty where a field is a flag only.
  public String key() {
    return key;
  }

  /// What the help prints for the value.
  public String valueName() {
    return valueName;
  }

  public String help() {
    return help;
  }

  /// The key of the training config that this flag is short for; empty for all other fields.
  public String configKey() {
    return configKey;
  }

  /// Flag and value as a user types them.
  public String usage() {
    return flag + " " + valueName;
  }

  /// The field of a long flag, dashes included.
  public static Optional<Field> ofFlag(String flag) {
    for (Field each : values()) {
      if (each.flag.equals(flag)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
