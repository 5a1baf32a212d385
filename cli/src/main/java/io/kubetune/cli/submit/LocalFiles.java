package io.kubetune.cli.submit;

import io.kubetune.cli.request.Location;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.Map;

/// Where a request's model and rows lie on this machine, once they were downloaded.
///
/// ```
/// LocalFiles.NONE.path(new Location.Local(Path.of("rows.jsonl"))) // rows.jsonl
/// ```
///
/// @param fetched by what the request names; files of this machine need no entry
public record LocalFiles(Map<Location, Fetched> fetched) {

  /// @param text the source with its revision pinned, for the run's record
  public record Fetched(Path path, String text) {}

  /// Of a request that names files of this machine alone.
  public static final LocalFiles NONE = new LocalFiles(Map.of());

  public LocalFiles {
    fetched = Map.copyOf(fetched);
  }

  /// @throws TuneException NOT_SUPPORTED for what only a cluster can mount
  Path path(Location location) {
    if (fetched.containsKey(location)) {
      return fetched.get(location).path();
    }
    return switch (location) {
      case Location.Local local -> local.path();
      case Location.Preset _,
          Location.HuggingFace _,
          Location.Image _,
          Location.Claim _,
          Location.Volume _,
          Location.Url _ ->
          throw new TuneException(
              ExitCode.NOT_SUPPORTED,
              "can't run this on this machine",
              location.text(),
              "runtime local has no volumes of a cluster",
              "name a path, an address or an image");
    };
  }

  /// What was used exactly.
  String text(Location location) {
    return fetched.containsKey(location) ? fetched.get(location).text() : location.text();
  }
}
