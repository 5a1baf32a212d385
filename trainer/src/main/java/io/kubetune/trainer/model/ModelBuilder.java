package io.kubetune.trainer.model;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.trainer.load.Checkpoint;
import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.AdaptedLinear;
import io.kubetune.trainer.lora.AdaptedLinear.Bias;
import io.kubetune.trainer.lora.AdaptedLinear.Part;
import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.lora.LowRank;
import io.kubetune.trainer.lora.ParameterPlan;
import io.kubetune.trainer.lora.ParameterPlan.Initial;
import io.kubetune.trainer.lora.ParameterPlan.Slot;
import io.kubetune.trainer.lora.Targets;
import io.kubetune.trainer.lora.TrainedWeight;
import io.kubetune.trainer.lora.VectorWeight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What an architecture builds its layers with: each call reads a module's weights by its name in
/// the checkpoint, puts an adapter on it where the configuration asks for one, and declares what is
/// trained.
///
/// ```
/// Linear qkv = build.stacked(p + ".self_attn", hidden, build.row("q_proj", h * d), …);
/// ```
public final class ModelBuilder {
  private final ModelConfig config;
  private final TrainingConfig training;
  private final Checkpoint checkpoint;
  private final WeightStore store;
  private final Targets targets;
  private final ParameterPlan plan = new ParameterPlan();
  private final AdapterParameters adapters;
  private final Map<String, Slot> whole = new HashMap<>();

  ModelBuilder(
      ModelConfig config,
      TrainingConfig training,
      Checkpoint checkpoint,
      WeightStore store,
      Targets targets) {
    this.config = config;
    this.training = training;
    this.checkpoint = checkpoint;
    this.store = store;
    this.targets = targets;
    this.adapters = new AdapterParameters(training.lora(), plan);
  }

  public ModelConfig config() {
    return config;
  }

  ParameterPlan plan() {
    return plan;
  }

  boolean isFull() {
    return training.kubetune().method() == Method.FULL;
  }

  /// Whether less memory is worth some time.
  boolean isSmall() {
    return training.kubetune().memory() == Memory.SMALL;
  }

  boolean has(String tensor) {
    return checkpoint.has(tensor);
  }

  /// One linear of a stack: its name behind the stack's, and its rows.
  record Row(String name, long out) {}

  Row row(String name, long out) {
    return new Row(name, out);
  }

  Linear linear(String module, long in, long out, boolean bias) {
    int dot = module.lastIndexOf('.');
    return stacked(
        module.substring(0, dot), in, bias, List.of(row(module.substring(dot + 1), out)));
  }

  /// Several linears over the same input as one product.
  Linear stacked(String prefix, long in, boolean bias, List<Row> rows) {
    List<String> modules = rows.stream().map(r -> prefix + "." + r.name()).toList();
    boolean readable = true;
    for (int i = 0; i < rows.size(); i++) {
      readable &= checkpoint.expect(modules.get(i) + ".weight", rows.get(i).out(), in);
      if (bias) {
        readable &= checkpoint.expect(modules.get(i) + ".bias", rows.get(i).out());
      }
    }
    List<Optional<Targets.Shape>> shapes = modules.stream().map(targets::of).toList();
    if (!readable) {
      return Missing
          .LINEAR; // the checkpoint's verify() ends the loading, with every problem at once
    }
    boolean wholly = isFull() || modules.stream().anyMatch(targets::isSavedWhole);
    Weight weight =
        wholly
            ? trained(modules, rows, in)
            : store.frozenLinear(modules.stream().map(m -> m + ".weight").toList(), in);
    List<Part> parts = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < rows.size(); i++) {
      String module = modules.get(i);
      long start = at;
      long out = rows.get(i).out();
      Optional<LowRank> adapter =
          isFull()
              ? Optional.empty()
              : shapes.get(i).map(s -> adapters.ofLinear(module, s, in, out, weight, start));
      parts.add(new Part(start, out, adapter));
      at += out;
    }
    return new AdaptedLinear(
        weight, bias ? Optional.of(bias(modules, rows, parts)) : Optional.empty(), parts);
  }

  private Bias bias(List<String> modules, List<Row> rows, List<Part> parts) {
    List<Bias.Piece> trained = new ArrayList<>();
    List<Boolean> frozen = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < rows.size(); i++) {
      boolean adapted = parts.get(i).adapter().isPresent();
      boolean trains =
          isFull()
              || switch (training.lora().bias()) {
                case NONE -> false;
                case ALL -> true;
                case LORA_ONLY -> adapted;
              };
      if (trains) {
        String module = modules.get(i);
        // PEFT wraps an adapted linear, and the bias then lies in its base layer.
        String name =
            isFull()
                ? module + ".bias"
                : AdapterParameters.PEFT_PREFIX + module + (adapted ? ".base_layer" : "") + ".bias";
        trained.add(
            new Bias.Piece(
                at,
                rows.get(i).out(),
                plan.declare(name, false, copyOf(module + ".bias"), rows.get(i).out())));
      }
      frozen.add(!trains);
      at += rows.get(i).out();
    }
    return new Bias(
        store.frozenBias(modules, rows.stream().map(Row::out).toList(), frozen), trained);
  }

  private TrainedWeight trained(List<String> modules, List<Row> rows, long in) {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < modules.size(); i++) {
      slots.add(slotOfWhole(modules.get(i) + ".weight", true, rows.get(i).out(), in));
    }
    return new TrainedWeight(slots, rows.stream().mapToLong(Row::out).toArray(), in);
  }

  /// A weight that is trained whole, under the name it has in the file that is written.
  private Slot slotOfWhole(String tensor, boolean decays, long... shape) {
    String name = isFull() ? tensor : AdapterParameters.PEFT_PREFIX + tensor;
    return whole.computeIfAbsent(name, n -> plan.declare(n, decays, copyOf(tensor), shape));
  }

  private Initial copyOf(String tensor) {
    return new Initial.CopyOf(() -> store.read(tensor));
  }

  /// A linear of a mixture whose adapter is not its own, but a slice of one that all experts share,
  /// or has another name.
  ///
  /// @param adapters of each row, in order
  Linear stackedWith(String prefix, long in, List<Row> rows, List<Optional<LowRank>> adapters) {
    List<String> tensors = rows.stream().map(r -> prefix + "." + r.name() + ".weight").toList();
    boolean readable = true;
    for (int i = 0; i < rows.size(); i++) {
      readable &= checkpoint.expect(tensors.get(i), rows.get(i).out(), in);
    }
    if (!readable) {
      return Missing.LINEAR;
    }
    List<Part> parts = new ArrayList<>();
    long at = 0;
    if (adapters.size() == 1) {
      parts.add(new Part(0, rows.stream().mapToLong(Row::out).sum(), adapters.getFirst()));
    } else {
      for (int i = 0; i < rows.size(); i++) {
        parts.add(new Part(at, rows.get(i).out(), adapters.get(i)));
        at += rows.get(i).out();
      }
    }
    return new AdaptedLinear(store.frozenLinear(tensors, in), Optional.empty(), parts);
  }

  AdapterParameters adapters() {
    return adapters;
  }

  Targets targets() {
    return targets;
  }

  VectorWeight vector(String tensor, long size) {
    if (!checkpoint.expect(tensor, size)) {
      return new VectorWeight(null, null);
    }
    String module = tensor.substring(0, tensor.lastIndexOf('.'));
    boolean trains =
        isFull()
            || targets.isSavedWhole(module)
            || (tensor.endsWith(".bias") && training.lora().bias() == Lora.Bias.ALL);
    return trains
        ? new VectorWeight(null, slotOfWhole(tensor, false, size))
        : new VectorWeight(store.frozenVector(tensor), null);
  }

  Norm rmsNorm(String module, long size, double epsilon, double offset) {
    return new Norm.Rms(vector(module + ".weight", size), epsilon, offset);
  }

  Norm layerNorm(String module, long size, double epsilon) {
    Optional<VectorWeight> bias =
        has(module + ".bias") ? Optional.of(vector(module + ".bias", size)) : Optional.empty();
    return new Norm.Layer(vector(module + ".weight", size), bias, epsilon);
  }

  /// A table [rows, columns] that is looked up or projected on: an embedding or a head.
  ///
  /// @param source the module whose values it has; another one's where a tied head is trained apart
  /// @param onlyLookedUp whether no product is made with it
  Weight table(String module, String source, long rows, long columns, boolean onlyLookedUp) {
    if (!checkpoint.expect(source + ".weight", rows, columns)) {
      return Missing.WEIGHT;
    }
    if (!isFull() && !isSavedWhole(module)) {
      return store.frozenTable(source + ".weight", onlyLookedUp);
    }
    String name =
        isFull() ? module + ".weight" : AdapterParameters.PEFT_PREFIX + module + ".weight";
    Slot slot =
        whole.computeIfAbsent(
            name, n -> plan.declare(n, true, copyOf(source + ".weight"), rows, columns));
    return new TrainedWeight(List.of(slot), new long[] {rows}, columns);
  }

  boolean isSavedWhole(String module) {
    return !isFull() && targets.isSavedWhole(module);
  }

  OptionalDouble noise() {
    return training.training().neftuneNoiseAlpha();
  }
}
