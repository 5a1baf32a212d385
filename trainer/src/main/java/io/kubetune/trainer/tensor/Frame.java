package io.kubetune.trainer.tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// What one block keeps from its forward pass for its backward pass, and in which mode it runs.
///
/// Tensors of a forward pass die with their [Scope]; those that the backward pass needs are saved
/// here, and freed by [#close]. A frame that does not record keeps nothing, and its pullbacks may
/// not be called.
///
/// ```
/// Tensor kept = frame.save(x);
/// return new Pass(y, dy -> dy.mul(kept));
/// ```
public final class Frame implements AutoCloseable {

  /// @param recording whether a backward pass follows
  /// @param adapters whether adapters count; without, the model is the base model
  /// @param randomStream seed of dropout and noise in this micro-step; 0 where there are none
  public record Mode(boolean recording, boolean adapters, long randomStream) {
    public static Mode training(long randomStream) {
      return new Mode(true, true, randomStream);
    }

    public static Mode inference(boolean adapters) {
      return new Mode(false, adapters, 0);
    }
  }

  private final Mode mode;
  private final List<Tensor> saved = new ArrayList<>();
  private final Map<Tensor, Supplier<Tensor>> repeatable = new IdentityHashMap<>();
  private long draws;

  /// @param block the block's number: each has random numbers of its own, the same ones when it is
  ///   computed again
  public Frame(Mode mode, int block) {
    this.mode = mode;
    this.draws = mix(mode.randomStream() + 0x9E3779B97F4A7C15L * (block + 1));
  }

  public boolean recording() {
    return mode.recording();
  }

  public boolean adapters() {
    return mode.adapters();
  }

  /// Keeps a tensor past its scope, until this frame closes.
  public Tensor save(Tensor tensor) {
    if (!mode.recording()) {
      return tensor;
    }
    Tensor handle = Scope.own(tensor);
    saved.add(handle);
    return handle;
  }

  /// Says that a tensor of this forward pass costs so little to compute again that it need not be
  /// kept.
  ///
  /// @param again gives the same values; it uses nothing but what is kept
  public Tensor repeatable(Tensor tensor, Supplier<Tensor> again) {
    if (mode.recording()) {
      repeatable.put(tensor, again);
    }
    return tensor;
  }

  /// What the way back takes a tensor from: [#save]d, or computed again where it is repeatable.
  public Supplier<Tensor> keep(Tensor tensor) {
    Supplier<Tensor> again = repeatable.get(tensor);
    if (again != null) {
      return again;
    }
    Tensor kept = save(tensor);
    return () -> kept;
  }

  /// A generator for the next draw of random numbers; the n-th of a block is the same in every
  /// computation of it.
  ///
  /// @return the GPU's own where this process computes on one, seeded for this draw alone
  public GeneratorOptional nextGenerator() {
    draws = mix(draws + 0x9E3779B97F4A7C15L);
    long seed = draws & Long.MAX_VALUE;
    if (Placement.isGpu()) {
      torch.cuda_manual_seed(seed); // the bindings make no generators for GPUs
      return new GeneratorOptional();
    }
    return new GeneratorOptional(torch.make_generator_cpu(seed));
  }

  /// SplitMix64's finalizer (Steele, Lea, Flood 2014).
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public void close() {
    saved.forEach(Tensor::close);
    saved.clear();
    repeatable.clear();
  }
}
