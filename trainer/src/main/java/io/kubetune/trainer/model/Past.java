package io.kubetune.trainer.model;

import org.bytedeco.pytorch.Tensor;

/// Where a layer's keys and values come from beside a pack's own: nowhere, from a document's
/// earlier tokens while decoding ([KeyValueCache]), or from a prefix that documents share
/// ([PrefixKeys]).
interface Past {
  /// Documents see their own keys alone.
  Past NONE = (layer, own) -> own;

  /// @param keys [n,K,d], turned to their positions
  /// @param values [n,K,d]
  record Pair(Tensor keys, Tensor values) {}

  /// @param own of the pack's tokens
  /// @return what its queries see, document by document: what is before each, then its own
  Pair before(int layer, Pair own);

  /// @param seen the derivative by what [#before] gave
  /// @return that by the pack's own
  default Pair back(int layer, Pair seen) {
    return seen;
  }
}
