package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.TemplateException;
import java.io.PrintStream;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `trainer inspect`: exact token counts of a dataset for a model, or one row as the model sees it,
/// as one JSON object on one line. `templates/contract/inspect.md` says what is in it.
///
/// ```
/// inspect --model DIR --data DIR          → {"rows":7473,"tokens":1480125,…}
/// inspect --model DIR --data DIR --row 3  → {"row":3,"text":"…","segments":[…]}
/// ```
public final class Inspect {
  private static final int BARS = 20;

  private final InspectOptions options;
  private final ChatTokenizer tokenizer;
  private final CanonicalRows rows;

  private Inspect(InspectOptions options, ChatTokenizer tokenizer, CanonicalRows rows) {
    this.options = options;
    this.tokenizer = tokenizer;
    this.rows = rows;
  }

  /// @param arguments behind the word `inspect`
  /// @param out the JSON and a line's end
  /// @return the exit status
  /// @throws TuneException USAGE, BAD_MODEL, BAD_DATA or BAD_REQUEST
  public static int run(String[] arguments, PrintStream out) {
    InspectOptions options = InspectOptions.parse(List.of(arguments));
    int vocabulary = new ModelJson(options.model()).vocabularySize().orElse(Integer.MAX_VALUE);
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(
            options.model(),
            options.chatTemplate(),
            vocabulary,
            LocalDateTime.now(),
            options.sanitize())) {
      Inspect inspect = new Inspect(options, tokenizer, CanonicalRows.open(options.data()));
      ObjectNode json =
          options.row().isPresent() ? inspect.row(options.row().getAsInt()) : inspect.counts();
      out.println(json);
      return ExitCode.OK.code();
    }
  }

  private ObjectNode counts() {
    Encoder encoder =
        new Encoder(
            tokenizer, options.lossOn(), options.onLongDocument(), options.maxLengthTokens());
    EncodedRows encoded = encoder.encode(rows, options.file());
    int[] sorted = encoded.rowTokens().clone();
    Arrays.sort(sorted);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("contract", 1);
    json.put("file", options.file());
    json.put("rows", encoded.rows());
    json.put("documents", encoded.documents().size());
    json.put("tokens", encoded.tokens());
    json.put("label_tokens", encoded.labelTokens());
    json.put("row_tokens", Arrays.stream(sorted).asLongStream().sum());
    json.put("max_length", options.maxLengthTokens());
    json.put(
        "longer_than_max_length",
        Arrays.stream(sorted).filter(each -> each > options.maxLengthTokens()).count());
    json.put("truncated", encoded.truncated());
    json.put("split", encoded.split());
    json.put("excluded", encoded.excluded());
    json.put("untrusted_turns", encoded.untrustedTurns());
    json.put("special_in_user_turns", encoded.specialTexts());
    json.put("sanitized", options.sanitize());
    ObjectNode lengths = json.putObject("row_length");
    lengths.put("shortest", sorted[0]);
    lengths.put("median", percentile(sorted, 50));
    lengths.put("p90", percentile(sorted, 90));
    lengths.put("p99", percentile(sorted, 99));
    lengths.put("longest", sorted[sorted.length - 1]);
    histogram(sorted, json.putArray("histogram"));
    return json;
  }

  /// Nearest rank: the smallest length that so many in a hundred rows do not exceed.
  private static int percentile(int[] sorted, int percent) {
    return sorted[(int) Math.ceilDiv((long) percent * sorted.length, 100L) - 1];
  }

  private static void histogram(int[] sorted, ArrayNode bars) {
    int width = Math.max(1, Math.ceilDiv(sorted[sorted.length - 1] + 1, BARS));
    int at = 0;
    for (int from = 0; at < sorted.length; from += width) {
      int rows = 0;
      while (at < sorted.length && sorted[at] < from + width) {
        at++;
        rows++;
      }
      bars.addObject().put("from", from).put("to", from + width - 1).put("rows", rows);
    }
  }

  private ObjectNode row(int number) {
    Row row = find(number);
    EncodedText encoded;
    try {
      encoded = new RowEncoder(tokenizer, options.lossOn()).encode(row);
    } catch (TemplateException e) {
      throw new TuneException(
          ExitCode.BAD_DATA,
          "can't show the row",
          options.file() + ":" + number,
          "the chat template refuses it: " + e.getMessage(),
          "correct or remove the row",
          e);
    }
    return new RowPreview(tokenizer, encoded).json(number, options);
  }

  private Row find(int number) {
    RowLines lines = rows.lines(options.file());
    if (number > lines.rows()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't show the row",
          "--row " + number,
          options.file() + " has " + lines.rows() + " rows",
          "");
    }
    RowProblems problems = new RowProblems(options.file());
    RowParser parser = new RowParser(rows.manifest().shape(), problems);
    try (RowLines.Reader reader = lines.open()) {
      byte[] line = reader.skipTo(number);
      return parser
          .parse(number, line)
          .orElseThrow(() -> {
            problems.throwIfAny();
            return new IllegalStateException("a row without a problem was not read");
          });
    }
  }
}
