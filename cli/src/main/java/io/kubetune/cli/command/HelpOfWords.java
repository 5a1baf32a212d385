package io.kubetune.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// Help whose descriptions are broken between words alone: picocli's own would break `image://REF`
/// and `.dockerconfigjson` behind their colons and dots.
///
/// ```
/// line.setHelpFactory(HelpOfWords::new);
/// ```
final class HelpOfWords extends Help {
  private static final String INDENT = "  ";

  private final Map<Described, Integer> widths = new HashMap<>();

  private record Described(List<OptionSpec> options, List<PositionalParamSpec> arguments) {}

  HelpOfWords(CommandSpec command, ColorScheme colours) {
    super(command, colours);
  }

  @Override
  public Layout createDefaultLayout(
      List<OptionSpec> options, List<PositionalParamSpec> positionals, ColorScheme colours) {
    return new Lines(super.createDefaultLayout(options, positionals, colours));
  }

  /// picocli lays out every option to find the widest, and asks anew for each group of them: half
  /// of the time of a long help.
  @Override
  public int calcLongOptionColumnWidth(
      List<OptionSpec> options, List<PositionalParamSpec> arguments, ColorScheme colours) {
    return widths.computeIfAbsent(
        new Described(List.copyOf(options), List.copyOf(arguments)),
        all -> super.calcLongOptionColumnWidth(all.options(), all.arguments(), colours));
  }

  private static final class Lines extends Layout {
    private Lines(Layout layout) {
      super(
          layout.colorScheme(),
          layout.textTable(),
          layout.optionRenderer(),
          layout.parameterRenderer());
    }

    @Override
    public void layout(ArgSpec argument, Text[][] rows) {
      super.layout(
          argument,
          Arrays.stream(rows).flatMap(row -> broken(row).stream()).toArray(Text[][]::new));
    }

    /// @param row its last cell is a description, the others stay with its first line
    private List<Text[]> broken(Text[] row) {
      int last = row.length - 1;
      Column column = table.columns()[last];
      int width = column.width - column.indent;
      List<Text[]> lines = new ArrayList<>();
      Text[] line = row.clone();
      while (line[last].plainString().length() > width) {
        String text = line[last].plainString();
        int space = text.lastIndexOf(' ', width);
        if (text.substring(0, Math.max(0, space)).isBlank()) {
          break; // A word longer than the column: picocli cuts it.
        }
        Text rest = line[last].substring(space + 1);
        line[last] = line[last].substring(0, space);
        lines.add(line);
        line = new Text[row.length];
        Arrays.fill(line, colorScheme.text(""));
        line[last] = colorScheme.text(INDENT).concat(rest);
      }
      lines.add(line);
      return lines;
    }
  }
}
