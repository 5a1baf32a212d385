package io.kubetune.cli.request;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.function.Supplier;

/// A name of `--generate-name` that is taken is no reason to fail: the next one is tried, as often
/// as the API server tries its own.
///
/// ```
/// new GeneratedName(GeneratedName::randomSuffix).tried(request, this::start)
/// ```
public record GeneratedName(Supplier<String> suffixes) {
  private static final int MOST_TRIES = 8;

  /// What needs a name that is free.
  ///
  /// @param <T> what it makes
  public interface Attempt<T> {
    /// @throws TuneException ALREADY_EXISTS where the request's name is taken
    T with(TuneRequest request) throws IOException, InterruptedException;
  }

  /// One attempt where the name was given.
  public <T> T tried(TuneRequest request, Attempt<T> attempt)
      throws IOException, InterruptedException {
    TuneRequest named = request;
    for (int left = MOST_TRIES; ; left--) {
      try {
        return attempt.with(named);
      } catch (TuneException e) {
        if (e.exitCode() != ExitCode.ALREADY_EXISTS || request.prefix().isEmpty() || left == 1) {
          throw e;
        }
        named = request.named(request.prefix().get() + suffixes.get());
      }
    }
  }

  /// Kubernetes' own alphabet for generated names: no vowels, so no words.
  public static String randomSuffix() {
    String alphabet = "bcdfghjklmnpqrstvwxz2456789";
    StringBuilder suffix = new StringBuilder();
    new SecureRandom()
        .ints(5, 0, alphabet.length())
        .forEach(index -> suffix.append(alphabet.charAt(index)));
    return suffix.toString();
  }
}
