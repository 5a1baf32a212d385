package io.kubetune.trainer.lora;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// All trained values and their gradients: two flat fp32 buffers, and a named view of each for
/// every parameter.
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
  /// @param gradient view of the flat gradients, same shape; add into it
  public record Parameter(Declaration declaration, Tensor value, Tensor gradient) {
    public String name() {
      return declaration.name();
    }
  }

  private final Tensor values;
  private final Tensor gradients;
  private final List<Parameter> list = new ArrayList<>();
  private final long decayedCount;

  public Parameters(List<Declaration> declared) {
    List<Declaration> ordered = new ArrayList<>(declared);
    ordered.sort((a, b) -> Boolean.compare(b.decays(), a.decays())); // stable: decayed first
    long total = ordered.stream().mapToLong(Declaration::count).sum();
    decayedCount = ordered.stream().filter(Declaration::decays).mapToLong(Declaration::count).sum();
    values = zeros(total);
    gradients = zeros(total);
    long at = 0;
    for (Declaration each : ordered) {
      Tensor value = values.narrow(0, at, each.count()).view(each.shape());
      Tensor gradient = gradients.narrow(0, at, each.count()).view(each.shape());
      list.add(new Parameter(each, value, gradient));
      at += each.count();
    }
  }

  /// [N] fp32.
  public Tensor values() {
    return values;
  }

  /// [N] fp32.
  public Tensor gradients() {
    return gradients;
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
    return Collections.unmodifiableList(list);
  }

  public Parameter named(String name) {
    return list.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no parameter " + name));
  }

  public void zeroGradients() {
    gradients.zero_();
  }

  @Override
  public void close() {
    list.forEach(each -> {
      each.value().close();
      each.gradient().close();
    });
    values.close();
    gradients.close();
  }
}
