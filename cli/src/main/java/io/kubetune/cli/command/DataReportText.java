package io.kubetune.cli.command;

import io.kubetune.cli.data.check.DataReport;
import io.kubetune.cli.data.check.TokenHistogram;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.Problem;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A [DataReport] as people and programs read it.
///
/// ```
/// new DataReportText(report, Optional.empty()).print(terminal);
/// ```
///
/// @param counts the trainer's, where a model was named (`templates/contract/inspect.md`)
record DataReportText(DataReport report, Optional<ObjectNode> counts) {
  private static final int BAR_COLUMNS = 40;

  void print(Terminal terminal) {
    PrintStream out = terminal.out();
    Labels page = new Labels(terminal);
    page.line("Data", report.source());
    if (report.rows() > 0) {
      rows(page, terminal);
    } else {
      page.line("Rows", "none that can be trained on");
    }
    counts.ifPresent(each -> {
      out.println();
      exact(each, page);
    });
    section("Problems: training would refuse these rows", report.problems(), terminal);
    long more = report.problemRows() - report.problems().size();
    if (more > 0) {
      out.println("  … and %,d more".formatted(more));
    }
    section("To know: training bears this", notices(), terminal);
    if (!report.duplicatePlaces().isEmpty()) {
      out.println();
      out.println("Duplicates, the first ones:");
      report
          .duplicatePlaces()
          .forEach(each -> terminal.print("  " + each.place() + ": as " + each.firstPlace()));
    }
    out.println();
    out.println(
        report.refused()
            ? Colour.RED.onOut(terminal, "Training would refuse this data.")
            : Colour.GREEN.onOut(terminal, "Training would accept this data."));
  }

  private void rows(Labels page, Terminal terminal) {
    page.line(
        "Rows",
        "%,d sound, %,d with problems%s"
            .formatted(
                report.rows(),
                report.problemRows(),
                report.shape().map(shape -> ", " + shape.spelling()).orElse("")));
    page.line(
        "Tokens",
        "about %,d in all, %,d in the longest row (estimated: bytes / 4)"
            .formatted(report.lengths().tokens(), report.lengths().longest()));
    page.line("Duplicates", duplicates());
    terminal.out().println();
    histogram(terminal);
    terminal.out().println();
    truncation().print(terminal);
  }

  private String duplicates() {
    String among =
        report.duplicatesAmong() < report.rows()
            ? " among the first %,d different ones".formatted(report.duplicatesAmong())
            : "";
    return "%s like an earlier one%s".formatted(rows(report.duplicates()), among);
  }

  private static String rows(long count) {
    return count == 1 ? "1 row" : "%,d rows".formatted(count);
  }

  private void histogram(Terminal terminal) {
    List<TokenHistogram.Bucket> buckets = report.lengths().buckets();
    long most = buckets.stream().mapToLong(TokenHistogram.Bucket::rows).max().orElse(1);
    String block = terminal.unicode() ? "█" : "#";
    String to = terminal.unicode() ? "–" : "-";
    boolean drawn = terminal.drawing() != Terminal.Drawing.NONE;
    Table table = new Table("TOKENS", "ROWS", drawn ? "" : "SHARE");
    for (TokenHistogram.Bucket each : buckets) {
      // A bucket with any rows shows at least one block.
      int columns = (int) Math.ceilDiv(each.rows() * BAR_COLUMNS, most);
      table.row(
          "%,d%s%,d".formatted(each.from(), to, each.to() - 1),
          "%,d".formatted(each.rows()),
          drawn ? block.repeat(columns) : share(each.rows()));
    }
    table.print(terminal);
  }

  private Table truncation() {
    Table table = new Table("MAX_LENGTH", "ROWS CUT", "SHARE");
    for (int length : TokenHistogram.LENGTHS) {
      long cut = report.lengths().longerThan(length);
      table.row("%,d".formatted(length), "%,d".formatted(cut), share(cut));
    }
    return table;
  }

  private String share(long rows) {
    return "%.1f %%".formatted(100.0 * rows / report.rows());
  }

  /// What the model itself sees: its tokenizer's tokens under its chat template.
  private static void exact(ObjectNode counts, Labels page) {
    page.line(
        "This model",
        "%,d tokens in %,d documents, %,d of them learned"
            .formatted(
                counts.required("tokens").longValue(),
                counts.required("documents").longValue(),
                counts.required("label_tokens").longValue()));
    JsonNode length = counts.required("row_length");
    page.line(
        "Row length",
        "%,d shortest, %,d median, %,d p90, %,d p99, %,d longest"
            .formatted(
                length.required("shortest").longValue(),
                length.required("median").longValue(),
                length.required("p90").longValue(),
                length.required("p99").longValue(),
                length.required("longest").longValue()));
    page.line(
        "Max length",
        "%,d; %,d rows are longer, %,d truncated, %,d split, %,d left out"
            .formatted(
                counts.required("max_length").longValue(),
                counts.required("longer_than_max_length").longValue(),
                counts.required("truncated").longValue(),
                counts.required("split").longValue(),
                counts.required("excluded").longValue()));
    long untrusted = counts.required("untrusted_turns").longValue();
    if (untrusted > 0) {
      page.line(
          "Not learned",
          "%,d answers, because the chat template rewrites what stands before them"
              .formatted(untrusted));
    }
    special(counts).ifPresent(line -> page.line("Special", line));
  }

  /// Places where a user could speak as someone else.
  static Optional<String> special(ObjectNode counts) {
    long places = counts.path("special_in_user_turns").asLong(0);
    return places == 0
        ? Optional.empty()
        : Optional.of(
            "in user and tool turns, spelled like special tokens: %,d; %s"
                .formatted(
                    places,
                    counts.path("sanitized").asBoolean(false)
                        ? "kept as text"
                        : "they become the tokens, --sanitize keeps them as text"));
  }

  private List<Problem> notices() {
    List<Problem> all = new ArrayList<>(report.remarks());
    report
        .notices()
        .forEach((notice, noticed) ->
            all.add(
                noticed
                    .first()
                    .problem(
                        "",
                        "%s (%s)".formatted(notice.found(), rows(noticed.rows())),
                        notice.meaning())));
    return all;
  }

  private static void section(String title, List<Problem> problems, Terminal terminal) {
    if (problems.isEmpty()) {
      return;
    }
    terminal.out().println();
    terminal.out().println(Colour.BOLD.onOut(terminal, title));
    problems.forEach(each -> terminal.print("  " + each));
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", report.source());
    report.shape().ifPresent(shape -> json.put("shape", shape.spelling()));
    json.put("accepted", !report.refused());
    json.put("rows", report.rows());
    json.put("bytes", report.bytes());
    json.put("problemCount", report.problemRows());
    problems(json.putArray("problems"), report.problems());
    ArrayNode notices = json.putArray("notices");
    report
        .notices()
        .forEach((notice, noticed) ->
            notices
                .addObject()
                .put("notice", notice.name().toLowerCase(Locale.ROOT))
                .put("rows", noticed.rows())
                .put("first", noticed.first().toString()));
    json.put("duplicateCount", report.duplicates());
    ArrayNode duplicates = json.putArray("duplicates");
    report
        .duplicatePlaces()
        .forEach(each ->
            duplicates.addObject().put("place", each.place()).put("first", each.firstPlace()));
    ObjectNode tokens = json.putObject("estimatedTokens");
    tokens.put("total", report.lengths().tokens());
    tokens.put("longest", report.lengths().longest());
    ArrayNode buckets = tokens.putArray("histogram");
    report
        .lengths()
        .buckets()
        .forEach(each ->
            buckets
                .addObject()
                .put("from", each.from())
                .put("to", each.to())
                .put("rows", each.rows()));
    ArrayNode cuts = tokens.putArray("truncated");
    for (int length : TokenHistogram.LENGTHS) {
      cuts.addObject().put("maxLength", length).put("rows", report.lengths().longerThan(length));
    }
    problems(json.putArray("remarks"), report.remarks());
    counts.ifPresent(each -> json.set("exact", each));
    return json;
  }

  private static void problems(ArrayNode into, List<Problem> problems) {
    for (Problem each : problems) {
      into.addObject()
          .put("place", each.place())
          .put("found", each.found())
          .put("remedy", each.remedy());
    }
  }
}
