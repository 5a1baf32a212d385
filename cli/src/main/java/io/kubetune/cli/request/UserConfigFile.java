package io.kubetune.cli.request;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Changes one value in a user's config.yaml and leaves every other line, comments included, as it
/// is. What the reader would refuse is not written.
///
/// ```
/// new UserConfigFile(file).set("gpuHourPrices.default", Optional.of("2.5"));
/// ```
public record UserConfigFile(Path file) {
  private static final List<String> RUNTIMES = List.of(Field.RUNTIME.valueName().split("\\|"));
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:@+-]*");

  /// @param value empty: the key is taken out
  /// @throws TuneException BAD_REQUEST where the key or the value is none, STORAGE
  public void set(String key, Optional<String> value) {
    if (key.equals("runtime") && value.filter(each -> !RUNTIMES.contains(each)).isPresent()) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't set the default",
          key,
          "'" + value.get() + "' is no runtime",
          "choose " + String.join(", ", RUNTIMES));
    }
    requireKnown(key, value);
    try {
      String text = changed(Files.exists(file) ? Files.readAllLines(file) : List.of(), key, value);
      UserConfig.read(file.toString(), text);
      Files.createDirectories(file.getParent());
      Path aside = Files.createTempFile(file.getParent(), "config", ".yaml");
      Files.writeString(aside, text);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't write the configuration",
          file.toString(),
          Storage.reason(e),
          "check its permissions",
          e);
    }
  }

  /// What is wrong with this one setting is told by its key, as it was typed.
  private static void requireKnown(String key, Optional<String> value) {
    try {
      UserConfig.read(key, changed(List.of(), key, value));
    } catch (TuneException e) {
      throw new TuneException(
          e.exitCode(),
          "can't set the default",
          e.problems().stream()
              .map(each -> new Problem(key, each.found(), each.remedy()))
              .toList());
    }
  }

  private static String changed(List<String> before, String key, Optional<String> value) {
    List<String> lines = new ArrayList<>(before);
    int dot = key.indexOf('.');
    if (dot < 0) {
      put(lines, 0, lines.size(), "", key, value);
    } else {
      below(lines, key.substring(0, dot), key.substring(dot + 1), value);
    }
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private static void below(List<String> lines, String parent, String key, Optional<String> value) {
    int start = find(lines, 0, lines.size(), "", parent);
    if (start < 0) {
      if (value.isEmpty()) {
        return;
      }
      lines.add(parent + ":");
      start = lines.size() - 1;
    }
    int end = start + 1;
    while (end < lines.size() && (lines.get(end).startsWith(" ") || lines.get(end).isBlank())) {
      end++;
    }
    put(lines, start + 1, end, "  ", key, value);
    boolean isEmpty =
        lines.subList(start + 1, Math.min(end, lines.size())).stream()
            .noneMatch(line -> line.startsWith(" ") && !line.strip().startsWith("#"));
    if (value.isEmpty() && isEmpty) {
      lines.remove(start);
    }
  }

  private static void put(
      List<String> lines, int from, int to, String indent, String key, Optional<String> value) {
    int at = find(lines, from, to, indent, key);
    Optional<String> line = value.map(text -> indent + quoted(key) + ": " + quoted(text));
    if (at >= 0 && line.isPresent()) {
      lines.set(at, line.get());
    } else if (at >= 0) {
      lines.remove(at);
    } else {
      line.ifPresent(text -> lines.add(to, text));
    }
  }

  private static int find(List<String> lines, int from, int to, String indent, String key) {
    Pattern wanted =
        Pattern.compile(indent + "\\s*[\"']?" + Pattern.quote(key) + "[\"']?\\s*:(\\s.*)?");
    for (int i = from; i < to; i++) {
      boolean isHere = indent.isEmpty() == !lines.get(i).startsWith(" ");
      if (isHere && wanted.matcher(lines.get(i)).matches()) {
        return i;
      }
    }
    return -1;
  }

  private static String quoted(String text) {
    return PLAIN.matcher(text).matches()
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
