package io.kubetune.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefixesTest {
  private static final int ALL = Integer.MAX_VALUE;

  /// `start` tokens of a kind, then `length` of its own; learned from `firstLabel` on.
  private static Document document(int kind, int start, int own, int length, int firstLabel) {
    int[] tokens = new int[start + length];
    Arrays.setAll(tokens, i -> i < start ? 1000 * kind + i : 100_000 + 1000 * own + i);
    int[] labels = tokens.clone();
    Arrays.fill(labels, 0, Math.min(firstLabel, labels.length), Document.IGNORED);
    return new Document(tokens, labels, own);
  }

  private static List<Integer> lengths(Prefixes prefixes) {
    return prefixes.list().stream().map(Prefixes.Prefix::length).toList();
  }

  @Test
  void eachGroupSharesAllThatItsDocumentsStartWith() {
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      documents.add(document(1, 40, i, 10 + i, 45));
      documents.add(document(2, 100, 10 + i, 20, 110));
    }
    documents.add(document(3, 50, 20, 5, 0)); // alone
    documents.add(document(4, 15, 21, 5, 18)); // two that share too little
    documents.add(document(4, 15, 22, 5, 18));
    Prefixes prefixes = Prefixes.of(documents, 512, ALL);
    assertThat(lengths(prefixes)).containsExactly(100, 40);
    assertThat(prefixes.spared()).isEqualTo(3 * 100 + 3 * 40);
    PackedBatch rest = prefixes.behind(new PackedBatch(documents));
    assertThat(rest.tokenCount() + prefixes.spared() + 140)
        .isEqualTo(new PackedBatch(documents).tokenCount());
    for (int i = 0; i < documents.size(); i++) {
      Prefixes.Prefix before = prefixes.before(rest.documents().get(i));
      int length = before == null ? 0 : before.length();
      int[] again =
          IntStream.concat(
                  Arrays.stream(before == null ? new int[0] : before.of().tokens(), 0, length),
                  Arrays.stream(rest.documents().get(i).tokens()))
              .toArray();
      assertThat(again).containsExactly(documents.get(i).tokens());
    }
  }

  /// Six documents share 20 tokens, three of them 100: two small groups spare more than a large
  /// one.
  @Test
  void groupsAreThoseThatSpareMost() {
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Document long100 = document(1, 100, i, 10, 200);
      Document short20 = document(1, 20, i, 90, 200);
      documents.add(i % 2 == 0 ? long100 : short20);
    }
    assertThat(lengths(Prefixes.of(documents, 512, ALL))).containsExactly(100, 20);
    assertThat(lengths(Prefixes.of(documents.subList(0, 2), 512, ALL))).containsExactly(20);
  }

  @Test
  void aPrefixEndsWhereTargetsDiffer() {
    Document a = document(1, 60, 1, 10, 50); // learned from token 50 on: position 49's target
    Document b = document(1, 60, 2, 10, 100);
    assertThat(lengths(Prefixes.of(List.of(a, b), 512, ALL))).containsExactly(49);
    Document learned = document(1, 60, 3, 10, 0);
    Document learnedToo = document(1, 60, 4, 10, 0); // the 60th token's target is each one's own
    assertThat(lengths(Prefixes.of(List.of(learned, learnedToo), 512, ALL))).containsExactly(59);
    assertThat(Prefixes.of(List.of(learned, learnedToo), 512, ALL).list().getFirst().targets())
        .containsExactly(Arrays.copyOfRange(learned.tokens(), 1, 60));
  }

  @Test
  void theSameDocumentTwiceLeavesItsLastToken() {
    Document one = document(1, 40, 1, 10, 45);
    Prefixes prefixes = Prefixes.of(List.of(one, one), 512, ALL);
    assertThat(lengths(prefixes)).containsExactly(49);
    assertThat(prefixes.behind(new PackedBatch(List.of(one, one))).lengths()).containsExactly(1, 1);
  }

  @Test
  void whatIsKeptOfPrefixesIsBounded() {
    List<Document> documents = new ArrayList<>();
    for (int kind = 1; kind <= 9; kind++) {
      for (int i = 0; i < 3; i++) {
        documents.add(document(kind, 90, 10 * kind + i, 10, 95));
      }
    }
    assertThat(lengths(Prefixes.of(documents, 300, ALL))).containsExactly(90, 90, 90);
    assertThat(Prefixes.of(documents, 300, 99).isEmpty()).isTrue(); // all are longer
  }
}
