package io.kubetune.trainer.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The nonlinearities of feed-forward blocks, each with its derivative.
enum Activation {
  /// x·σ(x).
  SILU {
    @Override
    Tensor forward(Tensor x) {
      return torch.silu(x);
    }

    @Override
    Tensor backward(Tensor dOut, Tensor x) {
      return torch.silu_backward(dOut, x);
    }
  },
  /// x·Φ(x).
  GELU {
    @Override
    Tensor forward(Tensor x) {
      return torch.gelu(x);
    }

    @Override
    Tensor backward(Tensor dOut, Tensor x) {
      return torch.gelu_backward(dOut, x);
    }
  },
  /// GELU by its tanh approximation (Hendrycks, Gimpel 2016).
  GELU_TANH {
    @Override
    Tensor forward(Tensor x) {
      return torch.gelu(x, "tanh");
    }

    @Override
    Tensor backward(Tensor dOut, Tensor x) {
      return torch.gelu_backward(dOut, x, "tanh");
    }
  },
  RELU {
    @Override
    Tensor forward(Tensor x) {
      return torch.relu(x);
    }

    @Override
    Tensor backward(Tensor dOut, Tensor x) {
      return dOut.mul(x.gt(new Scalar(0)));
    }
  };

  abstract Tensor forward(Tensor x);

  abstract Tensor backward(Tensor dOut, Tensor x);

  /// By the name that `hidden_act` has in transformers; null where it is not one of these.
  static Activation named(String name) {
    return switch (name) {
      case "silu", "swish" -> SILU;
      case "gelu" -> GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> GELU_TANH;
      case "relu" -> RELU;
      default -> null;
    };
  }
}
