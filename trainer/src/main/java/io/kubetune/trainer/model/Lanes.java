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
import java.util.stream.IntStream;

/// Computes a batch's documents on several cores, each with documents of its own.
///
/// Documents don't see each other, so cores need not meet until a micro-step ends; threads inside
/// an operation meet at each of some thousand operations. A batch of one document is left to those.
final class Lanes implements AutoCloseable {
  private final int count;
  private final ExecutorService workers;

  Lanes(int count) {
    this.count = count;
    this.workers =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("lane-", 0).factory());
  }

  /// The batch in parts, as many as there are cores at the most, of about the same work; always the
  /// same for the same batch.
  List<PackedBatch> split(PackedBatch batch) {
    int parts = Math.min(count, batch.documents().size());
    List<Integer> longestFirst =
        IntStream.range(0, batch.documents().size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -batch.documents().get(i).length()))
            .toList();
    long[] tokens = new long[parts];
    List<List<Integer>> chosen =
        IntStream.range(0, parts).<List<Integer>>mapToObj(i -> new ArrayList<>()).toList();
    for (int document : longestFirst) {
      int emptiest =
          IntStream.range(0, parts)
              .boxed()
              .min(Comparator.comparingLong(i -> tokens[i]))
              .orElseThrow();
      tokens[emptiest] += batch.documents().get(document).length();
      chosen.get(emptiest).add(document);
    }
    return chosen.stream().map(part -> part(batch, part)).toList();
  }

  private static PackedBatch part(PackedBatch batch, List<Integer> indexes) {
    List<Document> documents = indexes.stream().sorted().map(batch.documents()::get).toList();
    return new PackedBatch(documents);
  }

  /// Runs a computation on each part, and returns the results in the parts' order.
  <T> List<T> compute(PackedBatch batch, Function<PackedBatch, T> computation) {
    List<PackedBatch> parts = split(batch);
    if (parts.size() == 1) {
      Threads.perOperation(count);
      return List.of(computation.apply(parts.getFirst()));
    }
    Threads.perOperation(1);
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      int lane = i;
      running.add(
          workers.submit(() ->
              Lane.call(
                  lane,
                  () -> {
                    Threads.perOperation(1); // libtorch keeps its count a thread
                    return computation.apply(parts.get(lane));
                  })));
    }
    return join(running);
  }

  /// All are waited for, also where one failed: none may go on writing into what the caller takes
  /// back.
  private static <T> List<T> join(List<Future<T>> running) {
    List<T> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<T> each : running) {
      try {
        results.add(each.get());
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
