package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.tensor.HostArrays;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How a batch is cut, over cores or into micro-steps, changes nothing.
class LanesTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("kubetune.root", ".."), "trainer/src/test/resources/fields/qwen2");
  private static final Path ADAPTER = FOLDER.resolve("adapters/default/initial");

  private static TrainingConfig config(int threads, Memory memory, Quantization.Kind kind) {
    TrainingConfig one =
        Settings.of(
            kind == Quantization.Kind.NONE
                ? KubetuneConfig.Method.LORA
                : KubetuneConfig.Method.QLORA,
            AdapterFolder.settings(ADAPTER),
            new Quantization(kind, true, NumberType.FLOAT32));
    KubetuneConfig k = one.kubetune();
    return new TrainingConfig(
        one.model(),
        one.quantization(),
        one.lora(),
        one.training(),
        one.dataset(),
        new KubetuneConfig(
            k.method(),
            k.lossOn(),
            k.onLongDocument(),
            k.computeType(),
            k.device(),
            threads,
            memory,
            0,
            Optional.empty(),
            false));
  }

  private static List<Document> documents() {
    try (Safetensors file = Safetensors.open(FOLDER.resolve("golden.safetensors"))) {
      return Rows.padded(file, "train.input_ids", "train.labels", Optional.empty()).subList(0, 7);
    }
  }

  /// Gradients of the documents, in as many micro-steps as there are batches.
  private static float[] gradients(TrainingConfig config, List<PackedBatch> batches) {
    int labels = batches.stream().mapToInt(PackedBatch::labelTokens).sum();
    try (Models.OpenModel model = Models.open(config, FOLDER)) {
      AdapterFolder.load(ADAPTER, model.lm().parameters());
      batches.forEach(batch -> model.lm().accumulate(batch, 1.0 / labels, 0));
      return HostArrays.values(model.lm().parameters().gradients());
    }
  }

  @ParameterizedTest
  @EnumSource(Quantization.Kind.class)
  void twoCoresComputeWhatOneDoes(Quantization.Kind kind) {
    List<PackedBatch> batch = List.of(new PackedBatch(documents()));
    assertThat(gradients(config(2, Memory.FAST, kind), batch))
        .containsExactly(gradients(config(1, Memory.FAST, kind), batch), within(2e-6f));
  }

  @Test
  void aRunOnTwoCoresIsReproducibleBitForBit() {
    List<PackedBatch> batch = List.of(new PackedBatch(documents()));
    TrainingConfig config = config(2, Memory.FAST, Quantization.Kind.NF4);
    float[] first = gradients(config, batch);
    for (int i = 0; i < 5; i++) {
      assertThat(gradients(config, batch)).containsExactly(first);
    }
  }

  @Test
  void anySplitIntoMicroStepsGivesTheSameGradients() {
    List<Document> all = documents();
    float[] whole =
        gradients(config(1, Memory.FAST, Quantization.Kind.NONE), List.of(new PackedBatch(all)));
    List<PackedBatch> ones = all.stream().map(d -> new PackedBatch(List.of(d))).toList();
    List<PackedBatch> uneven =
        List.of(new PackedBatch(all.subList(0, 2)), new PackedBatch(all.subList(2, 7)));
    for (List<PackedBatch> split : List.of(ones, uneven)) {
      assertThat(gradients(config(1, Memory.FAST, Quantization.Kind.NONE), split))
          .containsExactly(whole, within(2e-6f));
    }
  }

  @Test
  void computingBlocksAgainChangesNothing() {
    List<PackedBatch> batch = List.of(new PackedBatch(documents()));
    assertThat(gradients(config(1, Memory.SMALL, Quantization.Kind.NONE), batch))
        .containsExactly(
            gradients(config(1, Memory.FAST, Quantization.Kind.NONE), batch), within(1e-7f));
  }
}
