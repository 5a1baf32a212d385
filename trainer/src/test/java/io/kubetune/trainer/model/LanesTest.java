package io.kubetune.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static PackedBatch batch(int... lengths) {
    return new PackedBatch(
        IntStream.range(0, lengths.length)
            .mapToObj(i -> new Document(new int[lengths[i]], new int[lengths[i]], i))
            .toList());
  }

  @Test
  void coresGetEachDocumentOnceInPartsThatMemoryIsBoundedBy() {
    PackedBatch batch = batch(5, 9, 3, 30, 4, 4, 2, 8);
    try (Lanes lanes = new Lanes(2, 10)) {
      List<List<Lanes.Part>> split = lanes.split(batch);
      assertThat(split).hasSize(2);
      List<Lanes.Part> parts = split.stream().flatMap(List::stream).toList();
      assertThat(parts.stream().flatMap(part -> part.batch().documents().stream()))
          .containsExactlyInAnyOrderElementsOf(batch.documents());
      assertThat(parts)
          .allSatisfy(part ->
              assertThat(part.batch().tokenCount() <= 10 || part.batch().documents().size() == 1)
                  .isTrue());
      assertThat(parts.stream().map(Lanes.Part::number)).doesNotHaveDuplicates();
      assertThat(lanes.split(batch)).isEqualTo(split);
    }
  }
}
