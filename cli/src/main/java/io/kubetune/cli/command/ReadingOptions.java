package io.kubetune.cli.command;

import io.kubetune.cli.data.RowReading;
import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import io.kubetune.cli.data.shape.PromptTemplate.Said;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// How rows are to be understood: the flags of `kubectl tune data`, and of `download`, which a pod
/// calls with what `create` was given. `create` itself has them as fields of a request.
///
/// ```
/// DataSource source = DataSource.of(files).as(reading.reading());
/// ```
final class ReadingOptions {
  @Option(
      names = "--map",
      paramLabel = "THEIRS=OURS,…",
      description = "which columns are which, for example question=prompt,answer=completion")
  private String map;

  @Option(
      names = "--column",
      paramLabel = "OURS=THEIRS",
      description = "the same the other way round, one column each time")
  private List<String> columns = List.of();

  @Option(
      names = "--template",
      paramLabel = "TEXT|FILE",
      description = "prompt with {column} fields, or a file that holds it")
  private String template;

  @Option(
      names = "--template-without-input",
      paramLabel = "TEXT|FILE",
      description = "prompt for rows whose column 'input' is empty")
  private String templateWithoutInput;

  @Option(
      names = "--format",
      paramLabel = Format.FLAGS,
      description = "what the files are; found out where not given")
  private String format;

  /// @throws TuneException USAGE with every flag that can't be read
  RowReading reading() {
    List<Problem> problems = new ArrayList<>();
    List<ColumnMapping.Pair> pairs = new ArrayList<>();
    if (map != null) {
      pairs.addAll(ColumnMapping.pairs(map));
    }
    for (String each : columns) {
      int equals = each.indexOf('=');
      String theirs = equals < 0 ? "" : each.substring(equals + 1);
      String ours = equals < 0 ? each : each.substring(0, equals);
      pairs.add(new ColumnMapping.Pair(ours, theirs, "--column " + each));
    }
    ColumnMapping mapping = ColumnMapping.of(pairs, problems);
    Optional<PromptTemplate> prompt = prompt(problems);
    Optional<Format> files = Optional.ofNullable(format).flatMap(name -> named(name, problems));
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.USAGE, "can't read the rows in this way", problems);
    }
    return new RowReading(mapping, prompt, files);
  }

  /// The same as lines of a tune.yaml: YAML by key of `spec`, as it was typed.
  Map<String, String> lines() {
    Map<String, String> columnsByOurs = reading().mapping().theirsByOurs();
    Map<String, String> lines = new LinkedHashMap<>();
    if (!columnsByOurs.isEmpty()) {
      lines.put(
          "columns",
          columnsByOurs.entrySet().stream()
              .map(each -> each.getKey() + ": " + quoted(each.getValue()))
              .collect(Collectors.joining(", ", "{", "}")));
    }
    put(lines, "format", format);
    put(lines, "template", template);
    put(lines, "templateWithoutInput", templateWithoutInput);
    return lines;
  }

  private static void put(Map<String, String> lines, String key, String value) {
    if (value != null) {
      lines.put(key, quoted(value));
    }
  }

  /// JSON's strings are YAML's.
  static String quoted(String text) {
    return JsonNodeFactory.instance.stringNode(text).toString();
  }

  private Optional<PromptTemplate> prompt(List<Problem> problems) {
    Optional<Said> without =
        Optional.ofNullable(templateWithoutInput)
            .map(text -> new Said("--template-without-input", text));
    if (template == null) {
      without.ifPresent(said -> problems.add(PromptTemplate.alone(said, "--template")));
      return Optional.empty();
    }
    return PromptTemplate.read(new Said("--template", template), without, Path.of(""), problems);
  }

  private static Optional<Format> named(String name, List<Problem> problems) {
    Optional<Format> format = Format.find(name);
    if (format.isEmpty()) {
      problems.add(Format.unknown("--format", name));
    }
    return format;
  }
}
