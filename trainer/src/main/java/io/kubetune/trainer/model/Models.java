package io.kubetune.trainer.model;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.trainer.load.Checkpoint;
import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.load.Scratch;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.lora.Targets;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Precision;
import io.kubetune.trainer.tensor.Threads;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Opens a model folder for a run.
///
/// ```
/// try (OpenModel model = Models.open(config, folder)) {
///   model.lm().accumulate(batch, 1.0 / labelTokens, 0);
/// }
/// ```
public final class Models {
  private Models() {}

  /// A model with its adapter, ready to train, and what is worth telling about it.
  ///
  /// @param parameterCount of the base model
  /// @param adapter LoRA's settings with every choice made, for adapter_config.json
  /// @param storage what frozen weights are held in, as the events name it
  public record OpenModel(
      CausalLm lm,
      String architecture,
      long parameterCount,
      int vocabularySize,
      String storage,
      Precision precision,
      Lora adapter,
      Scratch scratch)
      implements AutoCloseable {
    @Override
    public void close() {
      lm.close();
      scratch.close();
    }
  }

  /// Reads the weights and makes the adapter, its values drawn from the configuration's seed.
  ///
  /// @throws io.kubetune.contract.TuneException BAD_MODEL with every problem of the folder;
  ///   BAD_REQUEST where the adapter can't be placed
  public static OpenModel open(TrainingConfig training, Path folder) {
    Placement.choose(training.kubetune().device()); // before libtorch is asked for anything
    Threads.perOperation(threads(training));
    ModelConfig config = ModelConfig.read(folder);
    Architecture architecture = Architectures.of(config);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Precision precision =
          Precision.choose(training.model().storageType(), training.kubetune().computeType());
      Scratch scratch = new Scratch();
      Targets targets = new Targets(training.lora(), architecture.defaultTargets(config));
      WeightStore store = new WeightStore(checkpoint, training, precision, scratch);
      ModelBuilder build = new ModelBuilder(config, training, checkpoint, store, targets);
      DecoderStack decoder = architecture.build(build);
      checkpoint.verify();
      if (!build.isFull()) {
        targets.verify();
      }
      Parameters parameters = build.plan().bind(training.training().seed());
      training
          .kubetune()
          .initialAdapter()
          .ifPresent(adapter -> AdapterFolder.load(Path.of(adapter), parameters));
      boolean drops = !build.isFull() && training.lora().dropout() > 0;
      var plan =
          new CausalTransformer.Plan(
              lanes(training),
              training.kubetune().memory() == Memory.SMALL,
              drops || build.noise().isPresent());
      return new OpenModel(
          new CausalTransformer(decoder, parameters, precision.compute(), plan),
          config.modelType(),
          checkpoint.parameterCount(),
          decoder.vocabulary(),
          storageName(training, store),
          precision,
          targets.resolved(),
          scratch);
    }
  }

  /// What most of the weights are held in: the quantized form, or the type of the layers' linears.
  private static String storageName(TrainingConfig training, WeightStore store) {
    return switch (training.quantization().kind()) {
      case NF4 -> "nf4";
      case INT8 -> "int8";
      case NONE ->
          training.kubetune().method() == Method.FULL
              ? Precision.name(ScalarType.Float)
              : Precision.name(store.heldType());
    };
  }

  /// A GPU computes a whole micro-step at once.
  private static int lanes(TrainingConfig training) {
    return Placement.isGpu() ? 1 : threads(training);
  }

  private static int threads(TrainingConfig training) {
    int asked = training.kubetune().threads();
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }
}
