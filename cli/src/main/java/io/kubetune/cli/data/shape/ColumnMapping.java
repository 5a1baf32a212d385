package io.kubetune.cli.data.shape;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
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

  /// @param flag `theirs=ours,theirs=ours`
  /// @throws TuneException USAGE with every pair that can't be read
  public static ColumnMapping parse(String flag) {
    Map<String, String> mapping = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (String pair : flag.split(",", -1)) {
      int equals = pair.lastIndexOf('=');
      String theirs = equals < 0 ? "" : pair.substring(0, equals).strip();
      String ours = pair.substring(equals + 1).strip();
      if (theirs.isEmpty()) {
        problems.add(
            new Problem("--map " + pair, "not a pair", "write --map theirColumn=prompt,…"));
      } else if (!KNOWN.contains(ours)) {
        problems.add(
            new Problem(
                "--map " + pair,
                "no column is called '" + ours + "' here",
                "map to one of " + String.join(", ", KNOWN)));
      } else if (mapping.putIfAbsent(ours, theirs) != null) {
        problems.add(new Problem("--map " + pair, "'" + ours + "' is mapped twice", ""));
      } else if (mapping.values().stream().filter(theirs::equals).count() > 1) {
        problems.add(new Problem("--map " + pair, "'" + theirs + "' is mapped twice", ""));
      }
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.USAGE, "can't read the column mapping", problems);
    }
    return new ColumnMapping(mapping);
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
