package io.kubetune.trainer.model;

import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rotary position embedding (Su et al. 2021) in the half-rotated layout of transformers, with its
/// scalings.
///
/// Dimension i of the first half turns with i of the second by the angle position · inverse
/// frequency: `y1 = x1·cos − x2·sin, y2 = x2·cos + x1·sin`. Only the first `rotated` dimensions of
/// a head turn.
///
/// @param rotated dimensions that turn, even
/// @param shortInverse [rotated/2] inverse frequencies
/// @param longInverse [rotated/2] for documents longer than `originalLength` (longrope; else the
///   same)
/// @param magnitude cos and sin are multiplied by it (longrope's attention factor; else 1)
public record Rope(
    int rotated,
    double[] shortInverse,
    double[] longInverse,
    int originalLength,
    double magnitude) {

  /// Without scaling, all dimensions turning.
  static Rope plain(double theta, int headDimension) {
    double[] inverse = inverse(theta, headDimension);
    return new Rope(headDimension, inverse, inverse, Integer.MAX_VALUE, 1);
  }

  private static double[] inverse(double theta, int rotated) {
    double[] plain = new double[rotated / 2];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = Math.pow(theta, -2.0 * i / rotated);
    }
    return plain;
  }

  /// Source of each formula: transformers 5, `modeling_rope_utils.py`.
  public static Rope of(ModelConfig config, ModelConfig.Rope rope, int headDimension) {
    int rotated = (int) (headDimension * rope.share());
    double[] plain = inverse(rope.theta(), rotated);
    return switch (rope.type()) {
      case "default", "mrope" -> new Rope(rotated, plain, plain, Integer.MAX_VALUE, 1);
      case "linear" -> {
        double factor = rope.number("factor", 1);
        double[] slower = java.util.Arrays.stream(plain).map(f -> f / factor).toArray();
        yield new Rope(rotated, slower, slower, Integer.MAX_VALUE, 1);
      }
      case "llama3" -> {
        double[] scaled = llama3(plain, rope);
        yield new Rope(rotated, scaled, scaled, Integer.MAX_VALUE, 1);
      }
      case "longrope", "su" -> longRope(config, rope, rotated, plain);
      default ->
          throw config.problem(
              "rope_scaling.type",
              "is " + rope.type(),
              "default, linear, llama3 and longrope are supported");
    };
  }

  /// Low frequencies are divided by `factor`, high ones kept, those between blended (Llama 3.1).
  private static double[] llama3(double[] plain, ModelConfig.Rope rope) {
    double factor = rope.number("factor", 8);
    double low = rope.number("low_freq_factor", 1);
    double high = rope.number("high_freq_factor", 4);
    double original = rope.number("original_max_position_embeddings", 8192);
    double[] scaled = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      double wavelength = 2 * Math.PI / plain[i];
      if (wavelength < original / high) {
        scaled[i] = plain[i];
      } else if (wavelength > original / low) {
        scaled[i] = plain[i] / factor;
      } else {
        double smooth = (original / wavelength - low) / (high - low);
        scaled[i] = (1 - smooth) * plain[i] / factor + smooth * plain[i];
      }
    }
    return scaled;
  }

  /// A factor for each frequency, one set up to the original length and one beyond (Phi-3,
  /// LongRoPE).
  private static Rope longRope(
      ModelConfig config, ModelConfig.Rope rope, int rotated, double[] plain) {
    int original =
        config.integer(
            "original_max_position_embeddings",
            (int) rope.number("original_max_position_embeddings", 0));
    int longest = config.integer("max_position_embeddings", original);
    double[] shortFactor = rope.numbers("short_factor");
    double[] longFactor = rope.numbers("long_factor");
    if (original <= 0 || shortFactor.length != plain.length || longFactor.length != plain.length) {
      throw config.problem(
          "rope_scaling",
          "has " + shortFactor.length + " and " + longFactor.length + " factors",
          plain.length + " of each and original_max_position_embeddings are needed");
    }
    double[] inverseShort = new double[plain.length];
    double[] inverseLong = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      inverseShort[i] = plain[i] / shortFactor[i];
      inverseLong[i] = plain[i] / longFactor[i];
    }
    double stretch = rope.number("factor", (double) longest / original);
    double magnitude =
        rope.number(
            "attention_factor",
            stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original)));
    return new Rope(rotated, inverseShort, inverseLong, original, magnitude);
  }

  /// cos and sin [T, rotated/2] of documents end to end, each from the position behind what is
  /// before it, by each document's whole length.
  Tables tables(int[] lengths, int[] before, ScalarType type) {
    try (Scope scope = new Scope()) {
      Tensor[] angles = new Tensor[lengths.length];
      for (int i = 0; i < lengths.length; i++) {
        int end = before[i] + lengths[i];
        double[] inverse = end > originalLength ? longInverse : shortInverse;
        float[] rounded = new float[inverse.length];
        for (int j = 0; j < rounded.length; j++) {
          rounded[j] = (float) inverse[j];
        }
        Tensor positions =
            torch.arange(new Scalar(before[i]), new Scalar(end)).to(ScalarType.Float);
        angles[i] = torch.outer(positions, HostArrays.floats(rounded));
      }
      Tensor all = angles.length == 1 ? angles[0] : torch.cat(new TensorVector(angles), 0);
      Scalar by = new Scalar(magnitude);
      return new Tables(
          Scope.own(Placement.here(all.cos().mul_(by).to(type))),
          Scope.own(Placement.here(all.sin().mul_(by).to(type))));
    }
  }

  /// @param cos [T, rotated/2]
  /// @param sin [T, rotated/2]
  record Tables(Tensor cos, Tensor sin) implements AutoCloseable {
    @Override
    public void close() {
      cos.close();
      sin.close();
    }
  }

  /// Turns x [T,heads,d] forwards (direction 1) or back (direction -1, which is the derivative).
  Tensor turn(Tensor x, Tables tables, int direction) {
    return turn(
        x, tables, direction, Placement.empty(x.scalar_type(), x.size(0), x.size(1), x.size(2)));
  }

  /// The same in place where a kernel does it, else in a new tensor. x is no one's after that.
  Tensor turnInPlace(Tensor x, Tables tables, int direction) {
    return kernels(x) != null ? turn(x, tables, direction, x) : turn(x, tables, direction);
  }

  /// The same into a tensor of the same shape, and of any stride from token to token.
  Tensor turn(Tensor x, Tables tables, int direction, Tensor into) {
    return Profile.time(Part.ELEMENTWISE, () -> turned(x, tables, direction, into));
  }

  private static LayerKernels kernels(Tensor x) {
    boolean isDense = x.stride(1) == x.size(2) && x.stride(2) == 1;
    return isDense ? LayerKernels.serving(x, x.size(2)) : null;
  }

  private Tensor turned(Tensor x, Tables tables, int direction, Tensor y) {
    LayerKernels kernels = kernels(x);
    if (kernels != null) {
      return kernels.rope(x, tables.cos(), tables.sin(), direction, y);
    }
    long half = rotated / 2;
    Tensor cos = tables.cos().unsqueeze(1); // [T,1,half]
    Tensor sin = direction > 0 ? tables.sin().unsqueeze(1) : tables.sin().unsqueeze(1).neg();
    Tensor x1 = x.narrow(2, 0, half);
    Tensor x2 = x.narrow(2, half, half);
    y.narrow(2, 0, half).copy_(x1.mul(cos).sub_(x2.mul(sin)));
    y.narrow(2, half, half).copy_(x2.mul(cos).add_(x1.mul(sin)));
    if (rotated < x.size(2)) {
      y.narrow(2, rotated, x.size(2) - rotated).copy_(x.narrow(2, rotated, x.size(2) - rotated));
    }
    return y;
  }
}
