package io.kubetune.trainer.model;

import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A mixture of experts: each token goes to the `chosen` experts that the router likes best,
/// weighted by its liking.
///
/// ```
/// p = softmax(router(x)); w = top(p) (divided by its sum); y = Σ w_e · expert_e(x)        (Shazeer et al. 2017)
/// ```
///
/// The derivative goes through the weights into the router too; which experts were chosen is taken
/// as given.
///
/// @param router x [T,hidden] to [T,E]
/// @param chosen k
/// @param normalized whether the k weights are made to sum to 1
record Mixture(Linear router, List<FeedForward> experts, int chosen, boolean normalized)
    implements FeedForward {

  /// What one expert did.
  ///
  /// @param tokens [n] which tokens it got
  /// @param slots [n] positions of its weights in the flat [T·k]
  private record Part(Tensor tokens, Tensor slots, Tensor out, Pass pass) {}

  @Override
  public Pass forward(Tensor x, Frame frame) {
    Pass routed = router.forward(x, frame);
    Tensor p = frame.save(torch.softmax(routed.out().to(ScalarType.Float), -1)); // [T,E]
    T_TensorTensor_T top = torch.topk(p, chosen, -1, true, true);
    Tensor index = frame.save(top.get1()); // [T,k]
    Tensor best = top.get0();
    Tensor sum = frame.save(best.sum(new long[] {-1}, true, new ScalarTypeOptional()));
    Tensor w = (normalized ? best.div(sum) : best).to(x.scalar_type()); // [T,k]
    Tensor kept = frame.save(w);
    Tensor y = torch.zeros_like(x);
    List<Part> parts = new ArrayList<>();
    long[][] places = places(index);
    for (int e = 0; e < experts.size(); e++) {
      if (places[e].length == 0) {
        continue;
      }
      Tensor slots = frame.save(Placement.longs(places[e]));
      Tensor tokens =
          frame.save(
              Placement.longs(java.util.Arrays.stream(places[e]).map(s -> s / chosen).toArray()));
      Pass pass = experts.get(e).forward(x.index_select(0, tokens), frame);
      Tensor out = frame.save(pass.out());
      parts.add(new Part(tokens, slots, out, pass));
      y.index_add_(0, tokens, out.mul(kept.view(-1).index_select(0, slots).unsqueeze(1)));
    }
    return new Pass(y, dy -> back(dy, routed, p, index, sum, kept, parts));
  }

  private Tensor back(
      Tensor dy, Pass routed, Tensor p, Tensor index, Tensor sum, Tensor w, List<Part> parts) {
    Tensor dx = torch.zeros_like(dy);
    Tensor dw = torch.zeros_like(w).to(ScalarType.Float).view(-1); // [T·k]
    for (Part part : parts) {
      Tensor dyHere = dy.index_select(0, part.tokens());
      dw.index_copy_(0, part.slots(), dyHere.mul(part.out()).to(ScalarType.Float).sum(1));
      Tensor weight = w.view(-1).index_select(0, part.slots()).unsqueeze(1);
      dx.index_add_(0, part.tokens(), part.pass().back().apply(dyHere.mul_(weight)));
    }
    Tensor dBest = dw.view(-1, chosen);
    if (normalized) { // w = best / sum
      Tensor w32 = w.to(ScalarType.Float);
      dBest =
          dBest.sub(dBest.mul(w32).sum(new long[] {-1}, true, new ScalarTypeOptional())).div_(sum);
    }
    Tensor dp = torch.zeros_like(p).scatter_add_(1, index, dBest);
    Tensor dLogits = dp.sub(dp.mul(p).sum(new long[] {-1}, true, new ScalarTypeOptional())).mul_(p);
    return dx.add_(routed.back().apply(dLogits.to(dy.scalar_type())));
  }

  /// For each expert the positions in the flat [T·k] that chose it, ascending.
  private long[][] places(Tensor index) {
    float[] flat = HostArrays.values(index);
    long[][] places = new long[experts.size()][];
    for (int e = 0; e < places.length; e++) {
      int expert = e;
      places[e] =
          java.util.stream.LongStream.range(0, flat.length)
              .filter(i -> (int) flat[(int) i] == expert)
              .toArray();
    }
    return places;
  }

  @Override
  public void close() {
    router.close();
    experts.forEach(FeedForward::close);
  }
}
