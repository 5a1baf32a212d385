package io.kubetune.trainer.model;

import io.kubetune.trainer.lora.Linear;
import io.kubetune.trainer.lora.LowRank;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds the mixture of a layer, with adapters in either of the two forms that PEFT has had.
///
/// On transformers 4 each expert's linears are modules of their own, and get adapters of their own.
/// On transformers 5 a layer's experts are two tensors (`gate_up_proj` and `down_proj`), and each
/// has one pair for all experts; PEFT nests the two wrappers, so the first pair is called
/// `experts.base_layer`.
///
/// @param block the mixture's module in the checkpoint
/// @param fusedBlock its module in transformers 5
/// @param names gate, up and down of one expert in the checkpoint
record Experts(
    ModelBuilder build,
    String block,
    String fusedBlock,
    List<String> names,
    int count,
    long hidden,
    long inner,
    Activation activation) {

  Mixture mixture(int chosen, boolean normalized) {
    return build.targets().wantsParameters() && !build.isFull()
        ? fused(chosen, normalized)
        : apart(chosen, normalized);
  }

  private Mixture apart(int chosen, boolean normalized) {
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      String p = block + ".experts." + e;
      experts.add(
          new FeedForward.Gated(
              build.stacked(
                  p,
                  hidden,
                  false,
                  List.of(build.row(names.get(0), inner), build.row(names.get(1), inner))),
              build.linear(p + "." + names.get(2), inner, hidden, false),
              activation));
    }
    return new Mixture(
        build.linear(block + ".gate", hidden, count, false), experts, chosen, normalized);
  }

  private Mixture fused(int chosen, boolean normalized) {
    var targets = build.targets();
    String module = fusedBlock + ".experts";
    var routerShape = targets.ofParameter(fusedBlock + ".gate.weight", 1);
    var gateUpShape = targets.ofParameter(module + ".gate_up_proj", 2);
    var downShape = targets.ofParameter(module + ".down_proj", 1);
    String inside = downShape.isPresent() ? module + ".base_layer" : module;
    Optional<SharedPair> gateUp =
        gateUpShape.map(s -> build.adapters().ofFusedTensor(inside, s, count, hidden, 2 * inner));
    Optional<SharedPair> down =
        downShape.map(s -> build.adapters().ofFusedTensor(module, s, count, inner, hidden));
    Optional<LowRank> router =
        routerShape.map(
            s -> build.adapters().ofFusedTensor(fusedBlock + ".gate", s, 1, hidden, count).whole());
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      int expert = e;
      String p = block + ".experts." + e;
      Linear gateUpHere =
          build.stackedWith(
              p,
              hidden,
              List.of(build.row(names.get(0), inner), build.row(names.get(1), inner)),
              List.of(gateUp.map(pair -> pair.ofExpert(expert))));
      Linear downHere =
          build.stackedWith(
              p,
              inner,
              List.of(build.row(names.get(2), hidden)),
              List.of(down.map(pair -> pair.ofExpert(expert))));
      experts.add(new FeedForward.Gated(gateUpHere, downHere, activation));
    }
    Linear gate =
        build.stackedWith(block, hidden, List.of(build.row("gate", count)), List.of(router));
    return new Mixture(gate, experts, chosen, normalized);
  }
}
