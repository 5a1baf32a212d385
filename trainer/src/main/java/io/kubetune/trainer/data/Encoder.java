package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LongDocument;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.TemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Turns a file of canonical rows into documents, on all processors, in the rows' order.
///
/// ```
/// Encoder encoder = new Encoder(tokenizer, LossOn.ANSWER, LongDocument.TRUNCATE, 2048);
/// EncodedRows train = encoder.encode(CanonicalRows.open(folder), DataManifest.TRAIN);
/// ```
public final class Encoder {
  /// Rows in memory as text at once.
  private static final int BATCH = 512;

  private final ChatTokenizer tokenizer;
  private final LossOn lossOn;
  private final LongDocument onLongDocument;
  private final int maxLengthTokens;

  /// @param maxLengthTokens of a document, at least 2
  public Encoder(
      ChatTokenizer tokenizer, LossOn lossOn, LongDocument onLongDocument, int maxLengthTokens) {
    if (maxLengthTokens < 2) {
      throw new IllegalArgumentException("a document of " + maxLengthTokens + " tokens");
    }
    this.tokenizer = tokenizer;
    this.lossOn = lossOn;
    this.onLongDocument = onLongDocument;
    this.maxLengthTokens = maxLengthTokens;
  }

  /// @param file [io.kubetune.contract.DataManifest#TRAIN] or its EVAL
  /// @throws TuneException BAD_DATA with the first 20 problems, each at `file:line`, where rows are
  ///   not as declared, are refused by the chat template, are too long and may not be, or nothing
  ///   is left to learn
  public EncodedRows encode(CanonicalRows rows, String file) {
    RowLines lines = rows.lines(file);
    RowProblems problems = new RowProblems(lines.name());
    RowParser parser = new RowParser(rows.manifest().shape(), problems);
    RowEncoder encoder = new RowEncoder(tokenizer, lossOn);
    Collected collected = new Collected((int) lines.rows());
    try (RowLines.Reader reader = lines.open()) {
      List<RowLines.Line> batch = reader.next(BATCH);
      while (!batch.isEmpty() && !problems.full()) {
        List<Row> parsed = new ArrayList<>(batch.size());
        batch.forEach(each -> parser.parse(each.number(), each.bytes()).ifPresent(parsed::add));
        collect(parsed, encoder, collected, problems);
        batch = reader.next(BATCH);
      }
    }
    problems.throwIfAny();
    if (collected.documents.isEmpty()) {
      throw nothingToLearn(lines.name(), collected);
    }
    return collected.result();
  }

  /// A row's tokens, or why it has none.
  private record Outcome(Row row, Optional<EncodedText> encoded, String refusal) {}

  private static Outcome outcome(Row row, RowEncoder encoder) {
    try {
      return new Outcome(row, Optional.of(encoder.encode(row)), "");
    } catch (TemplateException e) {
      return new Outcome(row, Optional.empty(), "the chat template refuses it: " + e.getMessage());
    } catch (TuneException e) {
      if (e.exitCode() != ExitCode.BAD_DATA) {
        throw e;
      }
      return new Outcome(row, Optional.empty(), e.problems().getFirst().toString());
    }
  }

  private void collect(
      List<Row> rows, RowEncoder encoder, Collected collected, RowProblems problems) {
    // Order is kept by index, so the result does not depend on the number of threads.
    List<Outcome> outcomes =
        IntStream.range(0, rows.size())
            .parallel()
            .mapToObj(i -> outcome(rows.get(i), encoder))
            .toList();
    for (Outcome each : outcomes) {
      int number = each.row().number();
      if (each.encoded().isEmpty()) {
        problems.add(number, "", each.refusal(), "correct or remove the row");
      } else {
        add(number, each.encoded().get(), collected, problems);
      }
    }
  }

  private void add(int number, EncodedText encoded, Collected collected, RowProblems problems) {
    int[] ids = encoded.ids();
    int[] labels = encoded.labels();
    collected.rowTokens[number - 1] = ids.length;
    collected.untrustedTurns += encoded.untrustedTurns();
    collected.specialTexts += encoded.specialTexts();
    boolean tooLong = ids.length > maxLengthTokens;
    List<Document> documents = new ArrayList<>();
    if (!tooLong) {
      if (ids.length > 0) {
        documents.add(new Document(ids, labels, number));
      }
    } else {
      switch (onLongDocument) {
        case TRUNCATE -> {
          documents.add(part(ids, labels, 0, maxLengthTokens, number));
          collected.truncated++;
        }
        case SPLIT -> {
          documents.addAll(split(ids, labels, number));
          collected.split++;
        }
        case REFUSE ->
            problems.add(
                number,
                "",
                ids.length + " tokens, more than max_length " + maxLengthTokens,
                "shorten the row, raise max_length, or set KubetuneConfig.on_long_document to"
                    + " truncate or split");
      }
    }
    documents.removeIf(each -> each.labelTokens() == 0);
    if (documents.isEmpty()) {
      collected.excluded++;
    }
    collected.documents.addAll(documents);
  }

  /// Parts of the greatest length; each but the first begins with the last token of the one before,
  /// which it does not learn, so that every learned token is learned once with something before it.
  private List<Document> split(int[] ids, int[] labels, int row) {
    List<Document> parts = new ArrayList<>();
    for (int from = 0; from < ids.length - 1; from += maxLengthTokens - 1) {
      int to = Math.min(ids.length, from + maxLengthTokens);
      parts.add(part(ids, labels, from, to, row));
    }
    return parts;
  }

  private static Document part(int[] ids, int[] labels, int from, int to, int row) {
    return new Document(
        Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(labels, from, to), row);
  }

  private TuneException nothingToLearn(String file, Collected collected) {
    String found =
        "not one token to learn in "
            + collected.rowTokens.length
            + " rows: "
            + collected.truncated
            + " are cut to "
            + maxLengthTokens
            + " tokens, "
            + collected.untrustedTurns
            + " assistant turns are rewritten by the chat template";
    String remedy =
        collected.untrustedTurns > 0
            ? "name a template that keeps earlier turns in ModelConfig.chat_template, or set"
                + " KubetuneConfig.loss_on to all"
            : "raise TrainingArguments.max_length, or set KubetuneConfig.loss_on to all";
    return new TuneException(
        ExitCode.BAD_DATA, "can't train on the rows of " + file, file, found, remedy);
  }

  /// What is known so far of a file.
  private static final class Collected {
    private final int[] rowTokens;
    private final List<Document> documents = new ArrayList<>();
    private int truncated;
    private int split;
    private int excluded;
    private int untrustedTurns;
    private int specialTexts;

    private Collected(int rows) {
      rowTokens = new int[rows];
    }

    private EncodedRows result() {
      long tokens = documents.stream().mapToLong(Document::length).sum();
      long labels = documents.stream().mapToLong(Document::labelTokens).sum();
      return new EncodedRows(
          documents,
          rowTokens,
          tokens,
          labels,
          truncated,
          split,
          excluded,
          untrustedTurns,
          specialTexts);
    }
  }
}
