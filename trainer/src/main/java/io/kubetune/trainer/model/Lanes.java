package io.kubetune.trainer.model;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.tensor.Lane;
import io.kubetune.trainer.tensor.Threads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Computes a batch's documents on several cores, each with documents of its own.
///
/// Documents don't see each other, so cores need not meet until a micro-step ends; threads inside
/// an operation meet at each of some thousand operations. A batch of one document is left to those.
///
/// A core takes its documents in parts of so many tokens, one after another: larger ones compute no
/// faster, and what is kept for the way back grows with a part, not with the batch.
final class Lanes implements AutoCloseable {
  private final int count;
  private final int partTokens;
  private final ExecutorService workers;

  /// A core's share of a batch that it computes at once.
  ///
  /// @param number among the batch's parts
  record Part(int number, PackedBatch batch) {}

  /// @param partTokens most tokens of a part with more than one document
  Lanes(int count, int partTokens) {
    this.count = count;
    this.partTokens = partTokens;
    this.workers =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("lane-", 0).factory());
  }

  /// Cores that a batch is shared out to.
  int count(PackedBatch batch) {
    return Math.min(count, batch.documents().size());
  }

  /// What each core computes: about the same work each, always the same for the same batch.
  List<List<Part>> split(PackedBatch batch) {
    int lanes = count(batch);
    List<Integer> longestFirst =
        IntStream.range(0, batch.documents().size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -batch.documents().get(i).length()))
            .toList();
    long[] tokens = new long[lanes];
    List<List<Integer>> chosen =
        IntStream.range(0, lanes).<List<Integer>>mapToObj(i -> new ArrayList<>()).toList();
    for (int document : longestFirst) {
      int emptiest =
          IntStream.range(0, lanes)
              .boxed()
              .min(Comparator.comparingLong(i -> tokens[i]))
              .orElseThrow();
      tokens[emptiest] += batch.documents().get(document).length();
      chosen.get(emptiest).add(document);
    }
    return IntStream.range(0, lanes)
        .mapToObj(lane ->
            parts(
                lane,
                lanes,
                chosen.get(lane).stream().sorted().map(batch.documents()::get).toList()))
        .toList();
  }

  private List<Part> parts(int lane, int lanes, List<Document> documents) {
    List<Part> parts = new ArrayList<>();
    int from = 0;
    int tokens = 0;
    for (int i = 0; i <= documents.size(); i++) {
      boolean ends =
          i == documents.size() || i > from && tokens + documents.get(i).length() > partTokens;
      if (ends) {
        int number = lane + parts.size() * lanes;
        parts.add(new Part(number, new PackedBatch(documents.subList(from, i))));
        from = i;
        tokens = 0;
      }
      tokens += i == documents.size() ? 0 : documents.get(i).length();
    }
    return parts;
  }

  /// Runs a computation on each part, and returns the results, core by core.
  <T> List<T> compute(PackedBatch batch, Function<Part, T> computation) {
    List<List<Part>> lanes = split(batch);
    if (lanes.size() == 1) {
      return together(() -> lanes.getFirst().stream().map(computation).toList());
    }
    Threads.perOperation(1);
    List<Future<List<T>>> running = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      int lane = i;
      running.add(
          workers.submit(() ->
              Lane.call(
                  lane,
                  () -> {
                    Threads.perOperation(1); // libtorch keeps its count a thread
                    return lanes.get(lane).stream().map(computation).toList();
                  })));
    }
    return join(running);
  }

  /// Runs a computation that all cores share, each of its operations for itself.
  <T> T together(Supplier<T> computation) {
    Threads.perOperation(count);
    return computation.get();
  }

  /// All are waited for, also where one failed: none may go on writing into what the caller takes
  /// back.
  private static <T> List<T> join(List<Future<List<T>>> running) {
    List<T> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<List<T>> each : running) {
      try {
        results.addAll(each.get());
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while computing", e);
      }
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
    return results;
  }

  @Override
  public void close() {
    workers.shutdown();
  }
}
