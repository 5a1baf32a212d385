package io.kubetune.cli.plan;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import java.util.stream.Collectors;

/// Sizes of a model's matrices as the trainer multiplies them: linears of one input are stacked.
///
/// ```
/// WeightShapes.largest(dimensions) // gate and up: 2 · f · d
/// ```
final class WeightShapes {
  private WeightShapes() {}

  /// Values of the largest product's matrix: one buffer a core takes whatever has to be converted.
  static long largest(ModelDimensions model) {
    return model.family().linears(model).stream()
        .filter(each ->
            !each.name()
                .matches("o_proj|down_proj|w2|dense|fc2|dense_4h_to_h")) // outputs stand alone
        .collect(
            Collectors.groupingBy(
                each -> each.path().substring(0, each.path().lastIndexOf('.')),
                Collectors.summingLong(Family.Linear::parameters)))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }
}
