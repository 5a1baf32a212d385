package io.kubetune.trainer.model;

import io.kubetune.trainer.model.Prefixes.Prefix;
import io.kubetune.trainer.tensor.Lane;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The keys and values of prefixes in each layer, and the sums of the derivatives by them over all
/// documents behind.
///
/// ```
/// Sequence.of(lengths, none, keys.ofPrefixes(), type)          // the prefixes' own pass fills them
/// Sequence.of(rests, before, keys.behind(rests, prefixes), type)   // documents see them before their own
/// ```
final class PrefixKeys implements AutoCloseable {
  private final Past.Pair[] kept;

  /// [lanes][layers]: each lane adds up its own, in the order of its documents.
  private final Past.Pair[][] sums;

  PrefixKeys(int layers, int lanes) {
    kept = new Past.Pair[layers];
    sums = new Past.Pair[lanes][layers];
  }

  /// Of the pass over the prefixes themselves: what documents behind them did to their keys and
  /// values is added on its way back.
  Past ofPrefixes() {
    return new Past() {
      @Override
      public Pair before(int layer, Pair own) {
        if (kept[layer] == null) { // else the layer is computed again
          kept[layer] = new Pair(compact(own.keys()), compact(own.values()));
        }
        return own;
      }

      @Override
      public Pair back(int layer, Pair d) {
        for (Pair[] lane : sums) {
          if (lane[layer] != null) {
            d.keys().add_(lane[layer].keys());
            d.values().add_(lane[layer].values());
          }
        }
        return d;
      }
    };
  }

  /// A document's place in a pack: its own rows, and what it sees, its prefix and its own.
  ///
  /// @param prefix before it; null: none
  /// @param own first of its own rows among those of the pack
  /// @param seen first of the rows that it sees among those that the pack does
  private record Place(Prefix prefix, int length, int own, int seen) {
    int before() {
      return prefix == null ? 0 : prefix.length();
    }

    static List<Place> of(int[] lengths, List<Prefix> prefixes) {
      List<Place> places = new ArrayList<>();
      int own = 0;
      int seen = 0;
      for (int i = 0; i < lengths.length; i++) {
        Place place = new Place(prefixes.get(i), lengths[i], own, seen);
        places.add(place);
        own += lengths[i];
        seen += place.before() + lengths[i];
      }
      return places;
    }
  }

  /// Of a pack whose documents go on behind prefixes.
  ///
  /// @param lengths tokens of each document's own
  /// @param prefixes before each; null: none
  Past behind(int[] lengths, List<Prefix> prefixes) {
    List<Place> places = Place.of(lengths, prefixes);
    return new Past() {
      @Override
      public Pair before(int layer, Pair own) {
        return new Pair(
            joined(kept[layer].keys(), own.keys()), joined(kept[layer].values(), own.values()));
      }

      private Tensor joined(Tensor shared, Tensor own) {
        TensorVector parts = new TensorVector();
        for (Place each : places) {
          if (each.prefix() != null) {
            parts.push_back(shared.narrow(0, each.prefix().row(), each.before()));
          }
          parts.push_back(own.narrow(0, each.own(), each.length()));
        }
        return torch.cat(parts, 0);
      }

      @Override
      public Pair back(int layer, Pair seen) {
        Pair[] lane = sums[Lane.current()];
        if (lane[layer] == null) {
          lane[layer] = new Pair(zeros(kept[layer].keys()), zeros(kept[layer].values()));
        }
        return new Pair(
            parted(seen.keys(), lane[layer].keys()), parted(seen.values(), lane[layer].values()));
      }

      private Tensor parted(Tensor seen, Tensor sum) {
        TensorVector own = new TensorVector();
        for (Place each : places) {
          if (each.prefix() != null) {
            sum.narrow(0, each.prefix().row(), each.before())
                .add_(seen.narrow(0, each.seen(), each.before()));
          }
          own.push_back(seen.narrow(0, each.seen() + each.before(), each.length()));
        }
        return torch.cat(own, 0);
      }
    };
  }

  /// Without the queries, which lie in the same memory.
  private static Tensor compact(Tensor part) {
    return Scope.own(part.contiguous());
  }

  /// In fp32 whatever the compute type: it is a sum over many documents.
  private static Tensor zeros(Tensor like) {
    try (Scope scope = new Scope()) {
      return Scope.own(Placement.zeros(ScalarType.Float, like.size(0), like.size(1), like.size(2)));
    }
  }

  @Override
  public void close() {
    close(kept);
    for (Past.Pair[] lane : sums) {
      close(lane);
    }
  }

  private static void close(Past.Pair[] pairs) {
    for (int i = 0; i < pairs.length; i++) {
      if (pairs[i] != null) {
        pairs[i].keys().close();
        pairs[i].values().close();
        pairs[i] = null;
      }
    }
  }
}
