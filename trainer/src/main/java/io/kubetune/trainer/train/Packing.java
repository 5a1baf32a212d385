package io.kubetune.trainer.train;

import io.kubetune.trainer.data.Document;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// Fills packs of a fixed length with whole documents: best-fit decreasing.
///
/// The longest document goes first, each into the fullest pack that still has room for it (Johnson,
/// "Near-optimal bin packing algorithms", 1973; for language models Ding et al.,
/// <https://arxiv.org/abs/2404.10830>). Nothing is cut, and n documents take O(n log n).
///
/// ```
/// List<List<Document>> packs = Packing.bestFit(documents, 2048);
/// ```
final class Packing {
  private Packing() {}

  /// Equally long documents keep their order, so another order of documents gives other packs.
  ///
  /// @throws IllegalArgumentException where a document is longer than a pack
  static List<List<Document>> bestFit(List<Document> documents, int packTokens) {
    List<Document> longestFirst = new ArrayList<>(documents);
    longestFirst.sort(Comparator.comparingInt(Document::length).reversed()); // stable
    List<List<Document>> packs = new ArrayList<>();
    // Room left to the packs that have just that, as a stack.
    TreeMap<Integer, List<List<Document>>> byRoom = new TreeMap<>();
    for (Document each : longestFirst) {
      if (each.length() > packTokens) {
        throw new IllegalArgumentException(
            "row " + each.row() + ": " + each.length() + " tokens in a pack of " + packTokens);
      }
      var tightest = byRoom.ceilingEntry(each.length());
      List<Document> pack;
      int room;
      if (tightest == null) {
        pack = new ArrayList<>();
        packs.add(pack);
        room = packTokens;
      } else {
        pack = tightest.getValue().removeLast();
        room = tightest.getKey();
        if (tightest.getValue().isEmpty()) {
          byRoom.remove(room);
        }
      }
      pack.add(each);
      byRoom.computeIfAbsent(room - each.length(), length -> new ArrayList<>()).add(pack);
    }
    return packs;
  }
}
