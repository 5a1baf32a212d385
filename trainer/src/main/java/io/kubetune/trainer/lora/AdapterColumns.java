package io.kubetune.trainer.lora;

import io.kubetune.trainer.lora.AdaptedLinear.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The parts of one stacked linear that have a plain adapter, and where each has its r columns
/// among the Σr that lie side by side.
///
/// @param rank Σr
/// @param ranges all of the stacked output
record AdapterColumns(List<Column> list, long rank, List<Range> ranges) {

  /// One part's.
  ///
  /// @param number of the part among them
  /// @param from its first column
  record Column(int number, Part part, LowRank adapter, long from) {
    /// Its columns of what is Σr wide.
    Tensor of(Tensor side) {
      return side.narrow(1, from, adapter.r());
    }

    /// Its columns of what is as wide as the stacked output.
    Tensor ofOutput(Tensor y) {
      return y.narrow(1, part.start(), part.count());
    }
  }

  /// Columns [from, from + count) of the stacked output, and who adapts them.
  record Range(long from, long count, Optional<Column> adapted) {}

  private static List<Range> ranges(List<Column> list, long width) {
    List<Range> ranges = new ArrayList<>();
    long at = 0;
    for (Column each :
        list.stream().sorted(Comparator.comparingLong(c -> c.part().start())).toList()) {
      Part part = each.part();
      if (part.start() > at) {
        ranges.add(new Range(at, part.start() - at, Optional.empty()));
      }
      ranges.add(new Range(part.start(), part.count(), Optional.of(each)));
      at = part.start() + part.count();
    }
    if (at < width) {
      ranges.add(new Range(at, width - at, Optional.empty()));
    }
    return List.copyOf(ranges);
  }

  /// @param width of the stacked output
  static AdapterColumns of(List<Part> parts, long width) {
    List<Column> list = new ArrayList<>();
    long from = 0;
    for (Part part : parts) {
      LowRank adapter = part.adapter().orElseThrow();
      list.add(new Column(list.size(), part, adapter, from));
      from += adapter.r();
    }
    return new AdapterColumns(List.copyOf(list), from, ranges(list, width));
  }

  /// All A beneath each other, [Σr,in] fp32; where there is one alone, it itself.
  Tensor a() {
    return list.size() == 1
        ? list.getFirst().adapter().a().value()
        : torch.cat(
            new TensorVector(
                list.stream().map(each -> each.adapter().a().value()).toArray(Tensor[]::new)),
            0);
  }

  /// Their transposes side by side, [in,Σr] without gaps.
  Tensor aTransposed() {
    return torch.cat(
        new TensorVector(
            list.stream().map(each -> each.adapter().a().value().t()).toArray(Tensor[]::new)),
        1);
  }
}
