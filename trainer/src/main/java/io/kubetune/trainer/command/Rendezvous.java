package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which of how many processes this is, by whichever contract the pod speaks.
///
/// | who sets it | rank | processes |
/// |---|---|---|
/// | PyTorchJob, torchrun | `RANK` | `WORLD_SIZE` |
/// | TrainJob (torch-distributed runtime) | `PET_NODE_RANK` | `PET_NNODES` × `PET_NPROC_PER_NODE` |
/// | Indexed Job | `JOB_COMPLETION_INDEX` | `WORLD_SIZE` |
///
/// ```
/// Rendezvous.of(System.getenv()).refuseSeveral();
/// ```
///
/// @param rank from 0
/// @param worldSize at least 1
/// @param variable that named the number of processes
record Rendezvous(int rank, int worldSize, String variable) {

  /// @throws TuneException BAD_REQUEST with every variable that holds no number
  static Rendezvous of(Map<String, String> environment) {
    List<Problem> problems = new ArrayList<>();
    Optional<Integer> world = number(environment, "WORLD_SIZE", problems);
    Optional<Integer> nodes = number(environment, "PET_NNODES", problems);
    Optional<Integer> perNode = number(environment, "PET_NPROC_PER_NODE", problems);
    Optional<Integer> rank =
        number(environment, "RANK", problems)
            .or(() -> number(environment, "PET_NODE_RANK", problems))
            .or(() -> number(environment, "JOB_COMPLETION_INDEX", problems));
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't tell which process this is", problems);
    }
    String variable =
        world.isPresent() ? "WORLD_SIZE" : nodes.isPresent() ? "PET_NNODES" : "PET_NPROC_PER_NODE";
    int worldSize = world.orElseGet(() -> nodes.orElse(1) * perNode.orElse(1));
    return new Rendezvous(rank.orElse(0), Math.max(1, worldSize), variable);
  }

  /// @throws TuneException NOT_SUPPORTED where there are others to train with
  void refuseSeveral() {
    if (worldSize > 1) {
      throw new TuneException(
          ExitCode.NOT_SUPPORTED,
          "can't train with other processes",
          variable,
          "rank %d of %d; this version trains in one process".formatted(rank, worldSize),
          "ask for one worker");
    }
  }

  private static Optional<Integer> number(
      Map<String, String> environment, String name, List<Problem> problems) {
    String text = environment.getOrDefault(name, "").strip();
    // torchrun's own words for "as many as there are devices": here that is one.
    if (text.isEmpty() || text.equals("auto") || text.equals("cpu") || text.equals("gpu")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Integer.valueOf(text));
    } catch (NumberFormatException e) {
      problems.add(new Problem(name, "'" + text + "' is no number", "unset it or give a number"));
      return Optional.empty();
    }
  }
}
