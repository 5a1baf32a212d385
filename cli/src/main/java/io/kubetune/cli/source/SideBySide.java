package io.kubetune.cli.source;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Several downloads at once; the first that fails stops the others, which keep what they have.
///
/// ```
/// List<Stored> stored = SideBySide.run(work, 4);
/// ```
final class SideBySide {
  private SideBySide() {}

  static <T> List<T> run(List<Callable<T>> work, int atOnce) {
    try (ExecutorService pool = Executors.newFixedThreadPool(atOnce)) {
      List<Future<T>> futures = new ArrayList<>();
      work.forEach(each -> futures.add(pool.submit(each)));
      try {
        List<T> results = new ArrayList<>();
        for (Future<T> each : futures) {
          results.add(each.get());
        }
        return results;
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RuntimeException failure -> throw failure;
          default -> throw new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TuneException(
            ExitCode.INTERRUPTED, "stopped downloading", "downloads", "interrupted", "");
      } finally {
        pool.shutdownNow();
      }
    }
  }
}
