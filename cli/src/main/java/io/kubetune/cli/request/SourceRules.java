package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What is said of sources that the request does not have would have no effect: a problem where it
/// was typed. A file may say it, for flags may have put other sources in the place of its own.
///
/// ```
/// problems.addAll(new SourceRules(runtime, values, model, rows, output).problems());
/// ```
///
/// @param rows to train and to evaluate on
record SourceRules(
    RuntimeKind runtime,
    FieldValues values,
    Optional<Location> model,
    List<Location> rows,
    Optional<Output> output) {

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (rows.stream().noneMatch(SourceRules::isBucket)) {
      unused(problems, Field.S3_ENDPOINT, "no rows are named by s3://");
      unused(problems, Field.S3_REGION, "no rows are named by s3://");
    }
    // KAITO pulls models its own way.
    boolean pulled = runtime != RuntimeKind.KAITO && model.filter(SourceRules::isImage).isPresent();
    if (!pulled
        && Stream.concat(model.stream(), rows.stream()).noneMatch(SourceRules::isOfTheHub)) {
      unused(
          problems,
          Field.MODEL_CACHE,
          runtime == RuntimeKind.KAITO
              ? "nothing is of the hub, whose files it keeps"
              : "the model is no image and not of the hub, and no rows are of the hub");
    }
    if (Stream.concat(model.stream(), rows.stream()).allMatch(SourceRules::isMounted)
        && output.filter(SourceRules::isMounted).isPresent()) {
      unused(problems, Field.CA_CONFIGMAP, "all is on volumes, and no server is asked");
    }
    return problems;
  }

  /// A folder of this machine is packaged as one.
  private static boolean isImage(Location location) {
    return location instanceof Location.Image || location instanceof Location.Local;
  }

  private static boolean isOfTheHub(Location location) {
    return switch (location) {
      case Location.Preset _, Location.HuggingFace _ -> true;
      case Location.Url(var uri) -> uri.getScheme().equals("hf");
      case Location.Local _, Location.Image _, Location.Claim _, Location.Volume _ -> false;
    };
  }

  private static boolean isMounted(Location location) {
    return location instanceof Location.Claim || location instanceof Location.Volume;
  }

  private static boolean isMounted(Output output) {
    return output instanceof Output.Claim || output instanceof Output.Volume;
  }

  private static boolean isBucket(Location location) {
    return location instanceof Location.Url(var uri) && uri.getScheme().equals("s3");
  }

  private void unused(List<Problem> problems, Field field, String found) {
    values.all(field).stream()
        .map(Given::place)
        .filter(place -> place.startsWith(field.flag()))
        .forEach(place -> problems.add(new Problem(place, found, "take it out")));
  }
}
