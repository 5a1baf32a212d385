package io.kubetune.trainer;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Origin;
import io.kubetune.contract.DataManifest.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// A run of the example model on the first rows of the example dataset, small enough for tests.
///
/// ```
/// Path config = TinyRun.configure(folder, "max_steps: 3");
/// ```
final class TinyRun {
  static final Path ROOT = Path.of(System.getProperty("kubetune.root", ".."));
  static final Path MODEL = ROOT.resolve("templates/examples/tiny-llama").toAbsolutePath();
  private static final int ROWS = 24;

  private TinyRun() {}

  /// Canonical rows in `data`, `config.yaml` beside them, results to come in `out`.
  ///
  /// @param training lines of TrainingArguments
  static Path configure(Path folder, String... training) throws Exception {
    writeRows(folder.resolve("data"));
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        training_config:
          ModelConfig:
            pretrained_model_name_or_path: %s
          LoraConfig:
            r: 4
            lora_dropout: 0.05
            target_modules: all-linear
          TrainingArguments:
            output_dir: %s
            learning_rate: 5.0e-3
            per_device_train_batch_size: 4
            gradient_accumulation_steps: 2
            %s
          DatasetConfig:
            dataset_path: %s
            train_test_split: 0.75
          KubetuneConfig:
            threads: 1
            compute_type: float32
        """
            .formatted(
                MODEL,
                folder.resolve("out"),
                String.join("\n    ", training),
                folder.resolve("data")));
    return config;
  }

  private static void writeRows(Path data) throws Exception {
    List<String> lines =
        Files.readAllLines(ROOT.resolve("templates/examples/kubectl-answers.jsonl"))
            .subList(0, ROWS);
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    Files.createDirectories(data);
    Files.write(data.resolve(DataManifest.TRAIN), bytes);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    Files.writeString(
        data.resolve(DataManifest.FILE_NAME),
        new DataManifest(
                Shape.MESSAGES,
                List.of(new DataFile(DataManifest.TRAIN, ROWS, bytes.length, sha256)),
                "kubectl-answers.jsonl",
                Map.of("messages", "messages"),
                List.of(new Origin("kubectl-answers.jsonl", 1, 1)))
            .toJson());
  }

  /// The trainer as a process of its own.
  static Process start(Path config, Path stderr) throws IOException {
    return start(config, stderr, "unlimited");
  }

  /// @param largestFileKib `ulimit -f`: the kernel refuses to let any file grow beyond it
  static Process start(Path config, Path stderr, String largestFileKib) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            "bash",
            "-c",
            "ulimit -f " + largestFileKib + " && exec \"$@\"",
            "bash",
            java.toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            // The launcher's collector, with young objects in a room so small that it is full
            // early:
            // what grows later is native memory.
            "-XX:+UseSerialGC",
            "-Xmn16m",
            "-cp",
            classPath,
            "io.kubetune.trainer.Main",
            "train",
            "--config",
            config.toString())
        .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()))
        .start();
  }
}
