package io.kubetune.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceTest {

  /// Chunks of a document share one mask; each sees a stretch of it.
  @ParameterizedTest
  @CsvSource({
    "5, 5, 0, 100, 1", // a whole document
    "5, 12, 7, 100, 3", // its second chunk
    "3, 20, 17, 100, 2", // its last one, smaller
    "5, 9, 4, 5, 2", // behind a window's edge
    "5, 5, 0, 2, 1", // a window within a chunk
    "1, 9, 8, 4, 3"
  })
  void aQuerySeesItselfAndWhatIsBeforeItWithinItsWindow(
      int queries, int keys, int offset, int window, int groups) {
    try (Scope scope = new Scope();
        Sequence sequence = Sequence.packed(new int[] {20, 4}, ScalarType.Float)) {
      Tensor mask = sequence.mask(queries, keys, offset, window, groups);
      assertThat(mask.size(1)).isEqualTo((long) groups * queries);
      assertThat(mask.size(2)).isEqualTo(keys);
      float[] values = HostArrays.values(mask.contiguous());
      for (int i = 0; i < groups * queries; i++) {
        for (int j = 0; j < keys; j++) {
          int position = offset + i % queries;
          boolean sees = j <= position && j > position - window;
          assertThat(values[i * keys + j])
              .as("query %d, key %d", i, j)
              .isEqualTo(sees ? 0 : Float.NEGATIVE_INFINITY);
        }
      }
    }
  }
}
