package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.inspect.cluster.NodeFacts;
import io.kubetune.cli.plan.ModelNeeds;
import io.kubetune.cli.terminal.Bytes;
import java.util.List;
import java.util.Optional;

/// The most memory that one run could have in a cluster: on a GPU, and on a node that takes any
/// pod.
///
/// ```
/// LargestRoom.of(live).map(room -> room.where(needs))   // GPU
/// ```
///
/// @param gpuBytes 0 where no GPU is, or nobody says how large it is
record LargestRoom(String context, long gpuBytes, long nodeBytes) {
  /// From what takes most to what takes least.
  private static final List<Way> WAYS =
      List.of(
          new Way(ModelNeeds.Method.LORA, 4096, "LoRA at 4,096 tokens"),
          new Way(ModelNeeds.Method.LORA, 1024, "LoRA at 1,024 tokens"),
          new Way(ModelNeeds.Method.QLORA, 1024, "QLoRA at 1,024 tokens"));

  private record Way(ModelNeeds.Method method, int tokens, String words) {}

  /// Empty where no cluster answers, or it does not show its nodes.
  static Optional<LargestRoom> of(LiveNames live) {
    return live.ask(LargestRoom::read);
  }

  private static LargestRoom read(Cluster cluster) {
    List<NodeFacts> nodes =
        cluster.client().nodes().list().getItems().stream()
            .map(node -> NodeFacts.of(node, List.of()))
            .filter(NodeFacts::ready)
            .toList();
    return new LargestRoom(
        cluster.contextName(),
        nodes.stream()
            .filter(node -> !node.gpus().isEmpty())
            .mapToLong(NodeFacts::gpuMemoryBytes)
            .max()
            .orElse(0),
        nodes.stream()
            .filter(node -> node.taints().isEmpty())
            .mapToLong(NodeFacts::memoryBytes)
            .max()
            .orElse(0));
  }

  /// In a word for a column: where the smallest way of tuning fits.
  String where(ModelNeeds needs) {
    long least = needs.bytes(WAYS.getLast().method(), WAYS.getLast().tokens());
    return least <= gpuBytes ? "GPU" : least <= nodeBytes ? "CPU" : "no";
  }

  String onGpu(ModelNeeds needs) {
    return gpuBytes == 0
        ? "no GPU whose memory is known"
        : Bytes.text(gpuBytes) + ": " + fitting(needs, gpuBytes);
  }

  String onCpu(ModelNeeds needs) {
    return nodeBytes == 0
        ? "no node that takes any pod"
        : Bytes.text(nodeBytes) + ": " + fitting(needs, nodeBytes);
  }

  private static String fitting(ModelNeeds needs, long bytes) {
    return WAYS.stream()
        .filter(way -> needs.bytes(way.method(), way.tokens()) <= bytes)
        .findFirst()
        .map(way -> way.words() + " fits")
        .orElse("too small for it");
  }
}
