package io.kubetune.cli.data.shape;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which of the user's columns stands for which known one, as `--map` says.
///
/// ```
/// ColumnMapping.parse("question=prompt,answer=completion").theirs("prompt"); // "question"
/// ```
///
/// @param theirsByOurs the user's column by the known one's name, in the order given
public record ColumnMapping(Map<String, String> theirsByOurs) {
  /// Every name that a column can be mapped to.
  static final List<String> KNOWN =
      List.of(
          "messages",
          "conversations",
          "tools",
          "prompt",
          "completion",
          "instruction",
          "input",
          "output",
          "text");

  public static final ColumnMapping NONE = new ColumnMapping(Map.of());

  /// One column, and where the user said so.
  public record Pair(String ours, String theirs, String place) {}

  /// @param problems takes every pair that can't be
  public static ColumnMapping of(List<Pair> pairs, List<Problem> problems) {
    Map<String, String> mapping = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      if (pair.theirs().isEmpty()) {
        problems.add(
            new Problem(
                pair.place(), "not a pair", "write --map theirColumn=prompt,… or name a column"));
      } else if (!KNOWN.contains(pair.ours())) {
        problems.add(
            new Problem(
                pair.place(),
                "no column is called '" + pair.ours() + "' here",
                NearestName.among(KNOWN, pair.ours())
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("map to one of " + String.join(", ", KNOWN))));
      } else if (mapping.containsKey(pair.ours())) {
        problems.add(new Problem(pair.place(), "'" + pair.ours() + "' is mapped twice", ""));
      } else if (mapping.containsValue(pair.theirs())) {
        problems.add(new Problem(pair.place(), "'" + pair.theirs() + "' is mapped twice", ""));
      } else {
        mapping.put(pair.ours(), pair.theirs());
      }
    }
    return new ColumnMapping(mapping);
  }

  /// The pairs of a flag `--map`.
  ///
  /// @param flag `theirs=ours,theirs=ours`
  public static List<Pair> pairs(String flag) {
    List<Pair> pairs = new ArrayList<>();
    for (String pair : flag.split(",", -1)) {
      int equals = pair.lastIndexOf('=');
      String theirs = equals < 0 ? "" : pair.substring(0, equals).strip();
      pairs.add(new Pair(pair.substring(equals + 1).strip(), theirs, "--map " + pair));
    }
    return pairs;
  }

  /// @param flag `theirs=ours,theirs=ours`
  /// @throws TuneException USAGE with every pair that can't be read
  public static ColumnMapping parse(String flag) {
    List<Problem> problems = new ArrayList<>();
    ColumnMapping mapping = of(pairs(flag), problems);
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.USAGE, "can't read the column mapping", problems);
    }
    return mapping;
  }

  /// The user's name of a known column. A column that was renamed away has lost its own name.
  String theirs(String ours) {
    return theirsByOurs.getOrDefault(
        ours, theirsByOurs.containsValue(ours) ? "(renamed) " + ours : ours);
  }

  boolean names(String ours) {
    return theirsByOurs.containsKey(ours);
  }
}
