package io.kubetune.trainer.model;

import com.sun.management.OperatingSystemMXBean;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.kernel.WeightProducts;
import io.kubetune.trainer.load.Checkpoint;
import io.kubetune.trainer.load.DenseWeight;
import io.kubetune.trainer.load.QuantizedWeight;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.load.Scratch;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Precision;
import io.kubetune.trainer.tensor.Scope;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Reads frozen tensors and decides what each is held in: the compute type, the storage type, or a
/// quantized form.
///
/// One tensor at a time is mapped, converted and unmapped, so loading peaks at the model plus one
/// tensor.
final class WeightStore {
  /// Weights are held in the compute type where that takes less than this share of all memory; the
  /// rest is for activations.
  private static final double CONVERTED_SHARE = 0.4;

  private final Checkpoint checkpoint;
  private final TrainingConfig training;
  private final Precision precision;
  private final Scratch scratch;

  WeightStore(
      Checkpoint checkpoint, TrainingConfig training, Precision precision, Scratch scratch) {
    this.checkpoint = checkpoint;
    this.training = training;
    this.precision = precision;
    this.scratch = scratch;
  }

  ScalarType computeType() {
    return precision.compute();
  }

  /// fp32 values of any tensor, for a parameter to start from.
  Tensor read(String name) {
    return checkpoint.read(name, t -> Placement.copy(rounded(name, t).to(ScalarType.Float)));
  }

  /// Linears [out_i, in] one below the other, quantized each by itself where the configuration says
  /// so.
  Weight frozenLinear(List<String> names, long in) {
    if (training.quantization().kind() == Quantization.Kind.NONE) {
      return new DenseWeight(stack(names, in), scratch);
    }
    QuantizedWeight weight = new QuantizedWeight(training.quantization(), scratch);
    for (String name : names) {
      checkpoint.visit(name, tensor -> weight.append(name, rounded(name, tensor)));
    }
    return weight;
  }

  /// A table that rows are gathered from. Never quantized, as in bitsandbytes' use by transformers.
  ///
  /// @param onlyLookedUp it can stay in its file then, where the file's type is the right one: the
  ///   rows that are used come to memory, and the system may take them back
  Weight frozenTable(String name, boolean onlyLookedUp) {
    if (onlyLookedUp && !Placement.isGpu() && narrowest(name) == checkpoint.type(name)) {
      Arena mapping = Arena.ofShared();
      return new DenseWeight(own(checkpoint.map(name, mapping)), scratch, mapping::close);
    }
    return new DenseWeight(own(checkpoint.read(name, t -> held(name, t))), scratch);
  }

  /// [n] in the compute type.
  Tensor frozenVector(String name) {
    return own(
        checkpoint.read(name, t -> Placement.copy(rounded(name, t).to(precision.compute()))));
  }

  /// Biases end to end in the compute type, zero where they are trained elsewhere; null where none
  /// is frozen.
  Tensor frozenBias(List<String> modules, List<Long> counts, List<Boolean> frozen) {
    if (!frozen.contains(true)) {
      return null;
    }
    try (Scope scope = new Scope()) {
      Tensor all =
          Placement.zeros(precision.compute(), counts.stream().mapToLong(Long::longValue).sum());
      long at = 0;
      for (int i = 0; i < modules.size(); i++) {
        if (frozen.get(i)) {
          Tensor target = all.narrow(0, at, counts.get(i));
          String name = modules.get(i) + ".bias";
          checkpoint.read(name, t -> target.copy_(rounded(name, t)));
        }
        at += counts.get(i);
      }
      return Scope.own(all);
    }
  }

  private Tensor stack(List<String> names, long in) {
    if (names.size() == 1) {
      return own(checkpoint.read(names.getFirst(), t -> held(names.getFirst(), t)));
    }
    try (Scope scope = new Scope()) {
      long rows = 0;
      for (String name : names) {
        rows += checkpoint.rows(name);
      }
      Tensor all = Placement.empty(heldType(names.getFirst()), rows, in);
      long at = 0;
      for (String name : names) {
        Tensor target = all.narrow(0, at, checkpoint.rows(name));
        checkpoint.read(name, t -> target.copy_(rounded(name, t)));
        at += checkpoint.rows(name);
      }
      return Scope.own(all);
    }
  }

  private Tensor held(String name, Tensor read) {
    return Placement.copy(rounded(name, read).to(heldType(name)));
  }

  /// As the storage type would have it, so that results do not depend on what a value is held in.
  private Tensor rounded(String name, Tensor read) {
    return read.to(narrowest(name));
  }

  private ScalarType storageType(String name) {
    return switch (precision.storage()) {
      case AUTO -> checkpointType(name);
      case BFLOAT16 -> ScalarType.BFloat16;
      case FLOAT16 -> ScalarType.Half;
      case FLOAT32 -> ScalarType.Float;
    };
  }

  private ScalarType checkpointType(String name) {
    ScalarType type = checkpoint.type(name);
    return type == ScalarType.Double ? ScalarType.Float : type;
  }

  /// A weight stays as stored where products read it so. Else it is converted once where there is
  /// memory to spare, or into the scratch buffer at each use.
  private ScalarType heldType(String name) {
    ScalarType stored = narrowest(name);
    ScalarType compute = precision.compute();
    boolean smaller = Safetensors.bytesOf(stored) < Safetensors.bytesOf(compute);
    if (smaller && WeightProducts.serving(compute, stored) != null) {
      return stored;
    }
    return smaller && (training.kubetune().memory() == Memory.SMALL || !fits()) ? stored : compute;
  }

  /// The smallest type that loses nothing: values of 16 bits in the file fill no 32.
  private ScalarType narrowest(String name) {
    ScalarType stored = storageType(name);
    return stored == ScalarType.Float ? checkpointType(name) : stored;
  }

  /// Of the largest part of the model: the type that its first matrix is held in.
  ScalarType heldType() {
    return checkpoint.firstMatrix().map(this::heldType).orElse(precision.compute());
  }

  private boolean fits() {
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long memory = Placement.gpuMemoryBytes().orElseGet(machine::getTotalMemorySize);
    long bytes = checkpoint.parameterCount() * Safetensors.bytesOf(precision.compute());
    return bytes < CONVERTED_SHARE * memory; // a container's limit, in one
  }

  private static Tensor own(Tensor read) {
    try (Scope scope = new Scope()) {
      Tensor owned = Scope.own(read);
      read.close();
      return owned;
    }
  }
}
