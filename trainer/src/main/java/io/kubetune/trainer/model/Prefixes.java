package io.kubetune.trainer.model;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// What documents of one optimizer step start with in common, a system prompt say, found by their
/// tokens: it is computed once, and each document goes on behind it.
///
/// Documents with the same start are a group with one prefix; which groups there are is what spares
/// most tokens. A prefix ends before the first position whose target is not the same in all of the
/// group, so that its own loss counts once for each of them.
///
/// ```
/// Prefixes shared = Prefixes.of(documents, 256, Integer.MAX_VALUE);
/// PackedBatch rest = shared.behind(batch);
/// ```
final class Prefixes {
  /// Shorter ones are not worth their own pass through the layers.
  private static final int SHORTEST = 16;

  /// The start of some documents.
  ///
  /// @param of one of them
  /// @param length P tokens
  /// @param documents how many start with it
  /// @param row of its first token among all prefixes', which lie end to end
  record Prefix(Document of, int length, int documents, int row) {
    /// [P] as [PackedBatch#targets]; the last position's is the same in all documents too.
    int[] targets() {
      return Arrays.copyOfRange(of.labels(), 1, length + 1);
    }

    int spared() {
      return (documents - 1) * length;
    }
  }

  private final List<Prefix> list = new ArrayList<>();

  /// What is left of each document that starts with a prefix.
  private final Map<Document, Document> rests = new IdentityHashMap<>();

  private final Map<Document, Prefix> before = new IdentityHashMap<>();

  /// Each document stays whole.
  static final Prefixes NONE = new Prefixes();

  private Prefixes() {}

  /// @param most tokens of all prefixes together, for what is kept of them until the step ends; one
  ///   alone may be as long as it is
  /// @param longest documents that are longer stay whole
  static Prefixes of(List<Document> documents, int most, int longest) {
    Prefixes found = new Prefixes();
    List<Document> sorted =
        documents.stream()
            .filter(each -> each.length() <= longest)
            .sorted((a, b) -> Arrays.compare(a.tokens(), b.tokens())) // stable
            .toList();
    List<Group> groups = groups(sorted);
    groups.sort(Comparator.comparingInt(each -> -each.spared()));
    int row = 0;
    for (Group each : groups) {
      if (row == 0 || row + each.length() <= most) {
        found.add(sorted.subList(each.from(), each.to()), each.length(), row);
        row += each.length();
      }
    }
    return found;
  }

  private void add(List<Document> documents, int length, int row) {
    Prefix prefix = new Prefix(documents.getFirst(), length, documents.size(), row);
    list.add(prefix);
    for (Document each : documents) {
      Document rest =
          new Document(
              Arrays.copyOfRange(each.tokens(), length, each.length()),
              Arrays.copyOfRange(each.labels(), length, each.length()),
              each.row());
      rests.put(each, rest);
      before.put(rest, prefix);
    }
  }

  /// Sorted documents [from, to), which all start with the same `length` tokens.
  private record Group(int from, int to, int length) {
    int spared() {
      return length < SHORTEST ? 0 : (to - from - 1) * length;
    }
  }

  /// Documents in the order of their tokens, cut into groups of neighbours so that most is spared;
  /// those that spare nothing are left out.
  private static List<Group> groups(List<Document> sorted) {
    int n = sorted.size();
    int[] common = new int[n]; // of each and the one before
    for (int i = 1; i < n; i++) {
      common[i] = common(sorted.get(i - 1), sorted.get(i));
    }
    int[] most = new int[n + 1]; // spared by the first i documents at the best
    Group[] last = new Group[n + 1]; // and their last group
    for (int to = 1; to <= n; to++) {
      int length = Integer.MAX_VALUE;
      most[to] = most[to - 1];
      last[to] = new Group(to - 1, to, 0);
      for (int from = to - 2; from >= 0 && length >= SHORTEST; from--) {
        length = Math.min(length, common[from + 1]);
        Group group = new Group(from, to, length);
        if (most[from] + group.spared() > most[to]) {
          most[to] = most[from] + group.spared();
          last[to] = group;
        }
      }
    }
    List<Group> groups = new ArrayList<>();
    for (int to = n; to > 0; to = last[to].from()) {
      if (last[to].spared() > 0) {
        groups.add(last[to]);
      }
    }
    return groups;
  }

  /// Positions from the first on at which two documents have the same token and the same target, at
  /// the most all but the last of either.
  private static int common(Document a, Document b) {
    int least = Math.min(a.length(), b.length()) - 1;
    int tokens = Arrays.mismatch(a.tokens(), 0, least, b.tokens(), 0, least);
    int targets = Arrays.mismatch(a.labels(), 1, least + 1, b.labels(), 1, least + 1);
    return Math.min(tokens < 0 ? least : tokens, targets < 0 ? least : targets);
  }

  boolean isEmpty() {
    return list.isEmpty();
  }

  /// In the order in which they lie.
  List<Prefix> list() {
    return list;
  }

  /// Tokens that are computed for other documents too.
  int spared() {
    return list.stream().mapToInt(Prefix::spared).sum();
  }

  /// [ΣP] token ids.
  int[] tokens() {
    return list.stream()
        .flatMapToInt(each -> Arrays.stream(each.of().tokens(), 0, each.length()))
        .toArray();
  }

  /// What is left of a batch's documents, in their order.
  PackedBatch behind(PackedBatch batch) {
    return new PackedBatch(
        batch.documents().stream().map(each -> rests.getOrDefault(each, each)).toList());
  }

  /// What is before a document that [#behind] gave; null: nothing.
  Prefix before(Document rest) {
    return before.get(rest);
  }
}
