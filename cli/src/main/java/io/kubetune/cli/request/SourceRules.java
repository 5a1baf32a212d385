package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;

/// What is said of sources that the request does not have would have no effect: a problem where it
/// was typed. A file may say it, for flags may have put other sources in the place of its own.
///
/// ```
/// problems.addAll(new SourceRules(values, rows).problems());
/// ```
///
/// @param rows to train and to evaluate on
record SourceRules(FieldValues values, List<Location> rows) {

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (rows.stream().noneMatch(SourceRules::isBucket)) {
      unused(problems, Field.S3_ENDPOINT, "no rows are named by s3://");
      unused(problems, Field.S3_REGION, "no rows are named by s3://");
    }
    return problems;
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
