package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Runs several pieces of work at once, keeps their order, and stops all at the first failure.
///
/// ```
/// List<BuiltLayer> layers = Concurrently.run(work, 2);
/// ```
public final class Concurrently {
  private Concurrently() {}

  public static <T> List<T> run(List<Callable<T>> work, int atOnce) throws IOException {
    try (ExecutorService pool = Executors.newFixedThreadPool(atOnce)) {
      List<Future<T>> futures = new ArrayList<>();
      work.forEach(each -> futures.add(pool.submit(each)));
      List<T> results = new ArrayList<>();
      try {
        for (Future<T> each : futures) {
          results.add(result(each));
        }
        return results;
      } finally {
        pool.shutdownNow();
      }
    }
  }

  /// What a piece of work that runs elsewhere comes to, or its failure as it would be here.
  public static <T> T result(Future<T> work) throws IOException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (InterruptedException | CancellationException e) {
      Thread.currentThread().interrupt();
      throw new TuneException(ExitCode.INTERRUPTED, "stopped", "transfer", "interrupted", "");
    }
  }

  private static IOException unwrapped(ExecutionException failure) {
    return switch (failure.getCause()) {
      case TuneException told -> throw told;
      case IOException io -> io;
      case RuntimeException defect -> throw defect;
      default -> new IOException(failure.getCause());
    };
  }
}
