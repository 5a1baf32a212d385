package io.kubetune.trainer.lora;

import io.kubetune.trainer.tensor.Lane;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// All trained values and their gradients: flat fp32 buffers, and a named view of each for every
/// parameter.
///
/// One buffer each lets the optimizer, the gradient norm and a checkpoint be one operation.
/// Parameters that weight decay applies to come first.
public final class Parameters implements AutoCloseable {

  /// @param name as PEFT's adapter file has it, for example
  ///   `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`
  /// @param decays whether weight decay applies (PEFT's A and B: yes; biases and norms of full
  ///   training: no)
  public record Declaration(String name, long[] shape, boolean decays) {
    public long count() {
      long n = 1;
      for (long each : shape) {
        n *= each;
      }
      return n;
    }
  }

  /// @param value view of the flat values, fp32, of the declared shape
  /// @param gradients for each lane a view of its flat gradients, of the same shape
  public record Parameter(Declaration declaration, Tensor value, List<Tensor> gradients) {
    public String name() {
      return declaration.name();
    }

    /// The gradient of the lane that asks; add into it.
    public Tensor gradient() {
      return gradients.get(Lane.current());
    }
  }

  private final Tensor values;
  private final List<Tensor> gradients = new ArrayList<>();
  private final SequencedMap<String, Parameter> byName = new LinkedHashMap<>();
  private final long decayedCount;

  public Parameters(List<Declaration> declared) {
    List<Declaration> ordered = new ArrayList<>(declared);
    ordered.sort((a, b) -> Boolean.compare(b.decays(), a.decays())); // stable: decayed first
    long total = ordered.stream().mapToLong(Declaration::count).sum();
    decayedCount = ordered.stream().filter(Declaration::decays).mapToLong(Declaration::count).sum();
    values = Placement.zeros(ScalarType.Float, total);
    long at = 0;
    for (Declaration each : ordered) {
      Tensor value = values.narrow(0, at, each.count()).view(each.shape());
      byName.put(each.name(), new Parameter(each, value, new ArrayList<>()));
      at += each.count();
    }
    lanes(1);
  }

  /// Makes sure of gradients for so many lanes, zero where they are new: each adds into its own,
  /// and [#addUpLanes] into the first. Lanes that no batch ever needed have none.
  public void lanes(int count) {
    while (gradients.size() < count) {
      try (Scope scope = new Scope()) {
        Tensor flat = Scope.own(Placement.zeros(ScalarType.Float, values.numel()));
        gradients.add(flat);
        long at = 0;
        for (Parameter each : byName.values()) {
          long n = each.declaration().count();
          each.gradients().add(Scope.own(flat.narrow(0, at, n).view(each.declaration().shape())));
          at += n;
        }
      }
    }
  }

  /// Adds the other lanes' gradients to the first's, in order, and sets them to zero.
  public void addUpLanes() {
    for (Tensor other : gradients.subList(1, gradients.size())) {
      gradients.getFirst().add_(other);
      other.zero_();
    }
  }

  /// [N] fp32.
  public Tensor values() {
    return values;
  }

  /// [N] fp32.
  public Tensor gradients() {
    return gradients.getFirst();
  }

  /// The first so many of N values are subject to weight decay.
  public long decayedCount() {
    return decayedCount;
  }

  /// N.
  public long count() {
    return values.numel();
  }

  public List<Parameter> list() {
    return List.copyOf(byName.values());
  }

  public Parameter named(String name) {
    Parameter named = byName.get(name);
    if (named == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return named;
  }

  public void zeroGradients() {
    gradients.forEach(Tensor::zero_);
  }

  @Override
  public void close() {
    byName
        .values()
        .forEach(each -> {
          each.value().close();
          each.gradients().forEach(Tensor::close);
        });
    values.close();
    gradients.forEach(Tensor::close);
  }
}
