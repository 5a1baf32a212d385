package io.kubetune.cli.render;

import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.TuneRequest;
import java.util.List;
import java.util.Map;

/// The claim that keeps what was downloaded, in the pod: the data-downloader writes it and leaves
/// links to it where the model belongs, the trainer reads through them.
///
/// ```
/// new ModelCache("hub", "team-a").folder() // /mnt/model-cache/team-a
/// ```
///
/// @param path in the claim; empty: its root
record ModelCache(String claim, String path) {
  private static final String VOLUME = "model-cache";
  private static final String MOUNTED = "/mnt/model-cache";

  static ModelCache of(Location location) {
    return switch (location) {
      case Location.Claim(String claim, String path) -> new ModelCache(claim, path);
      case Location.Local _,
          Location.Preset _,
          Location.HuggingFace _,
          Location.Image _,
          Location.Volume _,
          Location.Url _ ->
          throw new IllegalStateException("a pod can't mount " + location.text());
    };
  }

  String folder() {
    return path.isEmpty() ? MOUNTED : MOUNTED + "/" + path;
  }

  Map<String, Object> volume() {
    return Volumes.named(VOLUME, Volumes.claim(claim, false));
  }

  static Map<String, Object> mount(boolean readOnly) {
    return Volumes.mount(VOLUME, MOUNTED, readOnly);
  }

  /// Of the trainer, where its model is kept there.
  static List<Object> trainerMounts(TuneRequest request) {
    boolean linked = request.sources().modelCache().isPresent() && keeps(request);
    return linked ? List.of(mount(true)) : List.of();
  }

  /// Whether the model is one that is kept there: rows of the hub may be so alone.
  static boolean keeps(TuneRequest request) {
    return switch (Outputs.model(request)) {
      case Location.Preset _, Location.HuggingFace _, Location.Image _ -> true;
      case Location.Local _, Location.Claim _, Location.Volume _, Location.Url _ -> false;
    };
  }
}
