package io.kubetune.trainer.model;

import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/// What follows attention in a layer: x [T,hidden] to [T,hidden].
interface FeedForward extends AutoCloseable {
  Pass forward(Tensor x, Frame frame);

  @Override
  void close();

  /// `down(act(gate(x)) · up(x))` (Shazeer 2020), gate and up in one product [T, 2f].
  record Gated(Linear gateUp, Linear down, Activation activation) implements FeedForward {
    @Override
    public Pass forward(Tensor x, Frame frame) {
      Pass both = gateUp.forward(x, frame);
      Tensor kept = frame.save(both.out());
      long f = kept.size(1) / 2;
      LayerKernels kernels = activation == Activation.SILU ? LayerKernels.serving(kept, f) : null;
      Supplier<Tensor> product =
          () ->
              Profile.time(
                  Part.ELEMENTWISE,
                  () ->
                      kernels != null
                          ? kernels.swiglu(kept)
                          : activation.forward(kept.narrow(1, 0, f)).mul_(kept.narrow(1, f, f)));
      Tensor h = frame.repeatable(product.get(), product);
      Pass out = down.forward(h, frame);
      return new Pass(
          out.out(),
          dOut -> {
            Tensor dh = out.back().apply(dOut);
            return both.back()
                .apply(
                    Profile.time(
                        Part.ELEMENTWISE,
                        () -> kernels != null ? kernels.swigluBack(dh, kept) : back(dh, kept)));
          });
    }

    private Tensor back(Tensor dh, Tensor both) {
      long f = both.size(1) / 2;
      Tensor gate = both.narrow(1, 0, f);
      Tensor up = both.narrow(1, f, f);
      Tensor dBoth = Placement.empty(dh.scalar_type(), dh.size(0), 2 * f);
      dBoth.narrow(1, f, f).copy_(dh.mul(activation.forward(gate)));
      dBoth.narrow(1, 0, f).copy_(activation.backward(dh.mul_(up), gate));
      return dBoth;
    }

    @Override
    public void close() {
      gateUp.close();
      down.close();
    }
  }

  /// `down(act(up(x)))`.
  record Plain(Linear up, Linear down, Activation activation) implements FeedForward {
    @Override
    public Pass forward(Tensor x, Frame frame) {
      Pass raised = up.forward(x, frame);
      Tensor kept = frame.save(raised.out());
      Tensor h = frame.repeatable(activation.forward(kept), () -> activation.forward(kept));
      Pass out = down.forward(h, frame);
      return new Pass(
          out.out(),
          dOut -> raised.back().apply(activation.backward(out.back().apply(dOut), kept)));
    }

    @Override
    public void close() {
      up.close();
      down.close();
    }
  }
}
