package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.cli.data.shape.RowForm;
import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Optional;

/// Says why a dataset's columns can't be trained on, and which flag would most likely help.
///
/// ```
/// // rows.jsonl:1: the columns question, answer are no known form; add --map question=prompt,…
/// ```
record FormProblems(FormChoice choice) {

  /// Columns that the user named and that these rows are not read from: said, not ignored.
  List<Problem> ofMapping(RowForm form, List<String> columns, Place place) {
    return choice.mapping().theirsByOurs().entrySet().stream()
        .filter(each ->
            !form.required().contains(each.getValue())
                && !form.optional().contains(each.getValue()))
        .map(each ->
            columns.contains(each.getValue())
                ? place.problem(
                    each.getValue(),
                    "--map makes it "
                        + each.getKey()
                        + ", and these rows are read from "
                        + String.join(", ", form.required()),
                    "take the mapping out, or name every column that the form needs")
                : place.problem(
                    each.getValue(),
                    "--map names no column of the data",
                    "it has " + String.join(", ", columns)))
        .toList();
  }

  /// @param form what the rows before had; empty where these are the first
  List<Problem> of(Optional<RowForm> form, List<String> columns, Place place) {
    if (choice.isPreference(columns)) {
      return List.of(
          place.problem(
              "chosen, rejected",
              "preference pairs, which can't be trained on yet",
              "to learn the chosen answers alone, add --map chosen=completion (or =messages where"
                  + " they are conversations)"));
    }
    String names = columns.isEmpty() ? "nothing" : String.join(", ", columns);
    List<String> unknown =
        choice.mapping().theirsByOurs().values().stream()
            .filter(each -> !columns.contains(each))
            .toList();
    if (!unknown.isEmpty()) {
      return unknown.stream()
          .map(each -> place.problem(each, "--map names no column of the data", "it has " + names))
          .toList();
    }
    Optional<RowForm> meant = form.or(() -> choice.nearest(columns));
    Optional<String> flag = choice.suggestion(columns);
    if (meant.isPresent()) {
      return meant.get().required().stream()
          .filter(each -> !columns.contains(each))
          .map(each ->
              place.problem(
                  each,
                  "no such column; there is " + names,
                  flag.map(map -> "add " + map).orElse("")))
          .toList();
    }
    return List.of(
        place.problem(
            "",
            "the columns " + names + " are no known form of training data",
            flag.map(map -> "add " + map)
                .orElse(
                    "rows have messages, or conversations, or prompt and completion, or"
                        + " instruction, input and output, or text: say which columns are which"
                        + " with --map theirs=prompt,theirs=completion")));
  }
}
