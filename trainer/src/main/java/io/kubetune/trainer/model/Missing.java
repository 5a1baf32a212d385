package io.kubetune.trainer.model;

import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Stands where a tensor could not be read, so that building goes on and finds every other problem;
/// never computed with.
final class Missing {
  private Missing() {}

  static final Linear LINEAR =
      new Linear() {
        @Override
        public Pass forward(Tensor x, Frame frame) {
          throw new IllegalStateException("a model with missing tensors was used");
        }

        @Override
        public void close() {}
      };

  static final Weight WEIGHT =
      new Weight() {
        @Override
        public long rows() {
          return 0;
        }

        @Override
        public long columns() {
          return 0;
        }

        @Override
        public Tensor computed(ScalarType type) {
          throw new IllegalStateException("a model with missing tensors was used");
        }

        @Override
        public long bytes() {
          return 0;
        }

        @Override
        public void close() {}
      };
}
