package io.kubetune.cli.watch.cluster;

import java.time.Instant;
import java.util.Optional;

/// From where on a log is read.
///
/// ```
/// new LogStart(Optional.of(Instant.now().minusSeconds(300)), Optional.empty())
/// ```
///
/// @param since lines that were written before are left out
/// @param tailLines of what is there at first, the last ones of each container only
public record LogStart(Optional<Instant> since, Optional<Integer> tailLines) {
  public static final LogStart ALL = new LogStart(Optional.empty(), Optional.empty());
}
