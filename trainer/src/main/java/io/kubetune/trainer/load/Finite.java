package io.kubetune.trainer.load;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import org.bytedeco.pytorch.Tensor;

/// Refuses weights that can't be quantized.
///
/// ```
/// Finite.require("model.layers.0.mlp.up_proj.weight", absmax);
/// ```
final class Finite {
  private Finite() {}

  /// @param name of the weight
  /// @param absmax largest magnitudes of its blocks or rows
  /// @throws TuneException BAD_MODEL where one is NaN or infinite, as then a value of the block is
  static void require(String name, Tensor absmax) {
    if (!absmax.isfinite().all().item_bool()) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't quantize the model's weights",
          name,
          "it holds values that are no finite numbers",
          "download the model again and compare its checksum");
    }
  }
}
