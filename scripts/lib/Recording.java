import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Screens of a terminal, with their colours, as one SVG that shows them one after another.
///
/// ```
/// java scripts/lib/Recording.java FOLDER COLUMNS ROWS > recording.svg
/// ```
///
/// The folder has files named by milliseconds since the start (`000350`), each as `tmux capture-pane -e -p` prints it.
void main(String[] arguments) throws IOException {
  Path folder = Path.of(arguments[0]);
  int columns = Integer.parseInt(arguments[1]);
  int rows = Integer.parseInt(arguments[2]);
  List<Path> files;
  try (Stream<Path> all = Files.list(folder)) {
    files = all.sorted().toList();
  }
  // Screens that are alike are one.
  List<String> screens = new ArrayList<>();
  List<Long> starts = new ArrayList<>();
  for (Path file : files) {
    String screen = Files.readString(file);
    if (screens.isEmpty() || !screens.getLast().equals(screen)) {
      screens.add(screen);
      starts.add(Long.parseLong(file.getFileName().toString()));
    }
  }
  double last = 4;
  double total = starts.getLast() / 1000.0 + last;
  double width = columns * CELL_WIDTH + 2 * MARGIN;
  double height = rows * CELL_HEIGHT + 2 * MARGIN;
  StringBuilder svg = new StringBuilder();
  svg.append(format("<svg xmlns='http://www.w3.org/2000/svg' xml:space='preserve' viewBox='0 0 %.0f %.0f' font-family='ui-monospace,Menlo,Consolas,monospace' font-size='14'>%n", width, height));
  svg.append("<style>\n.s{visibility:hidden}text{white-space:pre;fill:#d6deeb}\n");
  for (int i = 0; i < screens.size(); i++) {
    double from = 100 * starts.get(i) / 1000.0 / total;
    double to = i + 1 < screens.size() ? 100 * starts.get(i + 1) / 1000.0 / total : 100;
    svg.append(format("@keyframes k%d{0%%{visibility:hidden}%.3f%%{visibility:visible}%.3f%%{visibility:hidden}}%n", i, from, to));
    svg.append(format(".k%d{animation:k%d %.2fs step-end infinite}%n", i, i, total));
  }
  // Who wants no motion sees the end.
  svg.append(format("@media (prefers-reduced-motion){.s{animation:none}.k%d{visibility:visible}}%n</style>%n", screens.size() - 1));
  svg.append(format("<rect width='100%%' height='100%%' rx='8' fill='#011627'/>%n"));
  for (int i = 0; i < screens.size(); i++) {
    svg.append(format("<g class='s k%d'>", i));
    String[] lines = screens.get(i).split("\n", -1);
    for (int row = 0; row < Math.min(rows, lines.length); row++) {
      String text = spans(lines[row].stripTrailing());
      if (!text.isEmpty()) {
        svg.append(format("<text x='%.1f' y='%.1f'>", MARGIN, MARGIN + (row + 0.8) * CELL_HEIGHT)).append(text).append("</text>");
      }
    }
    svg.append("</g>\n");
  }
  System.out.print(svg.append("</svg>\n"));
}

static final double CELL_WIDTH = 8.43;
static final double CELL_HEIGHT = 18;
static final double MARGIN = 14;
static final Pattern COLOUR = Pattern.compile("\u001b\\[([0-9;]*)m");
static final String[] PALETTE = {"#637777", "#ef5350", "#22da6e", "#addb67", "#82aaff", "#c792ea", "#21c7a8", "#d6deeb"};

static String format(String text, Object... values) {
  return String.format(Locale.ROOT, text, values);
}

/// A line's text in spans of one colour each.
static String spans(String line) {
  StringBuilder text = new StringBuilder();
  Matcher escape = COLOUR.matcher(line);
  String style = "";
  int from = 0;
  while (escape.find()) {
    append(text, line.substring(from, escape.start()), style);
    style = style(escape.group(1), style);
    from = escape.end();
  }
  append(text, line.substring(from), style);
  return text.toString();
}

static void append(StringBuilder text, String piece, String style) {
  if (!piece.isEmpty()) {
    String escaped = piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    text.append(style.isEmpty() ? escaped : "<tspan" + style + ">" + escaped + "</tspan>");
  }
}

static String style(String codes, String before) {
  String style = before;
  for (String code : (codes.isEmpty() ? "0" : codes).split(";")) {
    int number = code.isEmpty() ? 0 : Integer.parseInt(code);
    if (number == 0 || number == 39) {
      style = "";
    } else if (number == 1) {
      style += " font-weight='bold'";
    } else if (number >= 30 && number <= 37) {
      style = " fill='" + PALETTE[number - 30] + "'";
    } else if (number >= 90 && number <= 97) {
      style = " fill='" + PALETTE[number - 90] + "'";
    }
  }
  return style;
}
