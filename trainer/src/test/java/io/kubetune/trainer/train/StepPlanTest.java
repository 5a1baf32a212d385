package io.kubetune.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepPlanTest {

  @Test
  void packsHoldEachDocumentOnceAndNeverMoreThanTheirLength() {
    List<Document> documents = documents(500, 3, 100);
    List<List<Document>> packs = Packing.bestFit(documents, 128);
    assertThat(packs.stream().flatMap(List::stream).map(Document::row).sorted())
        .isEqualTo(IntStream.rangeClosed(1, 500).boxed().toList());
    assertThat(packs)
        .allSatisfy(
            pack -> assertThat(pack.stream().mapToInt(Document::length).sum()).isBetween(3, 128));
    long tokens = documents.stream().mapToLong(Document::length).sum();
    assertThat(packs.size()).as("packs").isLessThanOrEqualTo((int) (tokens / 128 * 1.03) + 1);
  }

  @Test
  void packsAreTheFullestThatADocumentStillFits() {
    // 6 and 5 open packs of 10; 4 goes to the first (room 4, not 5), 3 to the second.
    List<List<Document>> packs =
        Packing.bestFit(
            List.of(document(1, 3), document(2, 4), document(3, 5), document(4, 6)), 10);
    assertThat(packs.stream().map(pack -> pack.stream().map(Document::row).toList()))
        .containsExactly(List.of(4, 2), List.of(3, 1));
  }

  @Test
  void aDocumentLongerThanAPackIsRefusedByItsRow() {
    assertThatThrownBy(() -> Packing.bestFit(List.of(document(12, 11)), 10))
        .hasMessageContaining("row 12")
        .hasMessageContaining("11 tokens in a pack of 10");
  }

  @Test
  void anEpochTakesEachRowOnceAndEndsWithWhatIsLeft() {
    var settings = new TrainingSettings();
    settings.documentsPerMicroStep = 3;
    settings.gradientAccumulationSteps = 2;
    settings.epochs = 2.5;
    StepPlan plan = new StepPlan(documents(20, 3, 9), settings.training(), true);
    // 7 micro-steps (the last of 2 rows), 4 steps (the last of 1 micro-step); 2.5 · 4 = 10 steps.
    assertThat(plan.stepsPerEpoch()).isEqualTo(4);
    assertThat(plan.steps()).isEqualTo(10);
    List<Integer> first = rows(plan, 0, 4);
    List<Integer> second = rows(plan, 4, 8);
    assertThat(first.stream().sorted()).isEqualTo(IntStream.rangeClosed(1, 20).boxed().toList());
    assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
    assertThat(plan.microSteps(3)).hasSize(1);
    assertThat(plan.microSteps(3).getFirst().documents()).hasSize(2);
    assertThat(plan.epochsAfter(10)).isEqualTo(2.5);
  }

  @Test
  void microStepsOfAStepAreOfDocumentsOfAboutTheSameLength() {
    var settings = new TrainingSettings();
    settings.documentsPerMicroStep = 2;
    settings.gradientAccumulationSteps = 4;
    StepPlan plan = new StepPlan(documents(24, 3, 100), settings.training(), true);
    for (int step = 0; step < plan.stepsPerEpoch(); step++) {
      List<Integer> lengths =
          plan.microSteps(step).stream()
              .flatMap(batch -> batch.documents().stream())
              .map(Document::length)
              .toList();
      assertThat(lengths).hasSize(8).isSortedAccordingTo((a, b) -> b - a);
    }
  }

  @Test
  void aStepsRowsFollowFromItsNumberAlone() {
    for (boolean packing : new boolean[] {false, true}) {
      var settings = new TrainingSettings();
      settings.packing = packing;
      settings.maxLengthTokens = 16;
      settings.maxSteps = OptionalInt.of(30);
      List<Document> documents = documents(31, 3, 16);
      StepPlan inOrder = new StepPlan(documents, settings.training(), true);
      List<List<Integer>> all =
          IntStream.range(0, 30).mapToObj(step -> rows(inOrder, step, step + 1)).toList();
      for (int step : new int[] {29, 0, 17, 8, 9, 3}) {
        StepPlan fresh = new StepPlan(documents, settings.training(), true);
        assertThat(rows(fresh, step, step + 1)).isEqualTo(all.get(step));
      }
      settings.seed = 8;
      assertThat(rows(new StepPlan(documents, settings.training(), true), 0, 5))
          .isNotEqualTo(rows(inOrder, 0, 5));
    }
  }

  @Test
  void withoutShufflingRowsComeInTheFilesOrder() {
    StepPlan plan = new StepPlan(documents(8, 3, 9), new TrainingSettings().training(), false);
    assertThat(rows(plan, 0, 2)).isEqualTo(IntStream.rangeClosed(1, 8).boxed().toList());
  }

  @Test
  void theSplitKeepsARowsDocumentsTogetherAndIsTheSameEachTime() {
    var settings = new TrainingSettings();
    settings.trainShare = 0.8;
    List<Document> documents = new ArrayList<>(documents(50, 3, 9));
    documents.addAll(documents(50, 3, 9)); // each row's second half
    TrainEvalSplit split = TrainEvalSplit.of(documents, settings.dataset());
    assertThat(split.eval()).hasSize(20);
    assertThat(split.train()).hasSize(80);
    assertThat(split.eval().stream().map(Document::row))
        .doesNotContainAnyElementsOf(split.train().stream().map(Document::row).toList());
    assertThat(TrainEvalSplit.of(documents, settings.dataset())).isEqualTo(split);
    settings.trainShare = 1;
    assertThat(TrainEvalSplit.of(documents, settings.dataset()).eval()).isEmpty();
    settings.trainShare = 0.7;
    assertThat(TrainEvalSplit.of(documents(10, 3, 9), settings.dataset()).eval()).hasSize(3);
  }

  private static List<Integer> rows(StepPlan plan, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(plan::microSteps)
        .flatMap(List::stream)
        .map(PackedBatch::documents)
        .flatMap(List::stream)
        .map(Document::row)
        .toList();
  }

  static List<Document> documents(int count, int shortest, int longest) {
    Random random = new Random(1);
    return IntStream.rangeClosed(1, count)
        .mapToObj(row -> document(row, random.nextInt(shortest, longest + 1)))
        .toList();
  }

  private static Document document(int row, int length) {
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> (row * 31 + i * 7) % 11);
    return new Document(tokens, tokens, row);
  }
}
