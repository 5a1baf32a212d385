package io.kubetune.cli.data.shape;

import io.kubetune.contract.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A prompt's text with `{column}` fields, in one wording or in two: with and without an input.
///
/// A brace that encloses no plain name (as in JSON) stands for itself.
///
/// ```
/// PromptTemplate.of("Q: {question}\nA:").fill(row::get)
/// ```
///
/// @param text the wording; where there is `withoutInput`, the one for rows that have an input
/// @param withoutInput the wording for rows whose `input` column is empty or missing
public record PromptTemplate(String text, Optional<String> withoutInput) {
  /// The field that decides between the two wordings.
  private static final String INPUT = "input";

  private static final Pattern FIELD = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_.-]*)}");

  /// Stanford Alpaca's prompts (github.com/tatsu-lab/stanford_alpaca, train.py, PROMPT_DICT).
  private static final String ALPACA_WITH_INPUT =
      "Below is an instruction that describes a task, paired with an input that provides further"
          + " context. Write a response that appropriately completes the request.\n\n"
          + "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:";

  private static final String ALPACA_WITHOUT_INPUT =
      "Below is an instruction that describes a task. Write a response that appropriately"
          + " completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:";

  static final PromptTemplate ALPACA = of(ALPACA_WITH_INPUT, ALPACA_WITHOUT_INPUT);

  /// One wording for every row.
  public static PromptTemplate of(String text) {
    return new PromptTemplate(text, Optional.empty());
  }

  /// Two wordings, chosen by whether the row's `input` column is empty.
  public static PromptTemplate of(String withInput, String withoutInput) {
    return new PromptTemplate(withInput, Optional.of(withoutInput));
  }

  /// What a user gave for a prompt: texts as they stand, or the files that they are in.
  ///
  /// @param with flag or line of a file, and what it gave; the wording for rows with an input where
  ///   `without` is given too
  /// @param folder that relative paths start from
  /// @return empty where a problem was added
  public static Optional<PromptTemplate> read(
      Said with, Optional<Said> without, Path folder, List<Problem> problems) {
    Optional<String> first = wording(with, folder, problems);
    if (without.isEmpty()) {
      return first.map(PromptTemplate::of);
    }
    Optional<String> second = wording(without.get(), folder, problems);
    return first.flatMap(text -> second.map(other -> of(text, other)));
  }

  /// What is wrong with a wording for rows without input where there is none for the others.
  public static Problem alone(Said without, String other) {
    return new Problem(
        without.place(), "given without " + other, "give both, or " + other + " alone");
  }

  /// What was given, and where.
  public record Said(String place, String value) {}

  private static Optional<String> wording(Said said, Path folder, List<Problem> problems) {
    return TextOrFile.read(said.place(), said.value(), folder, FIELD, "{column} fields", problems)
        .map(TextOrFile::text);
  }

  /// Every column that the wording names.
  Set<String> fields() {
    Set<String> names = fields(text);
    withoutInput.ifPresent(wording -> names.addAll(fields(wording)));
    return names;
  }

  Set<String> required() {
    Set<String> names = fields();
    names.removeAll(optional());
    return names;
  }

  Set<String> optional() {
    return withoutInput.isPresent() ? Set.of(INPUT) : Set.of();
  }

  /// @param valueOf the row's value of a column; empty for an input that is missing
  String fill(UnaryOperator<String> valueOf) {
    boolean without = withoutInput.isPresent() && valueOf.apply(INPUT).isEmpty();
    return replace(without ? withoutInput.get() : text, valueOf);
  }

  /// A wording cut at its fields: text and field by turns, beginning and ending with a text.
  static List<String> parts(String wording) {
    List<String> parts = new ArrayList<>();
    int behind = 0;
    for (MatchResult field : FIELD.matcher(wording).results().toList()) {
      parts.add(wording.substring(behind, field.start()));
      parts.add(field.group(1));
      behind = field.end();
    }
    parts.add(wording.substring(behind));
    return parts;
  }

  private static Set<String> fields(String wording) {
    Set<String> names = new LinkedHashSet<>();
    FIELD.matcher(wording).results().forEach(each -> names.add(each.group(1)));
    return names;
  }

  private static String replace(String wording, UnaryOperator<String> valueOf) {
    return FIELD
        .matcher(wording)
        .replaceAll(field -> Matcher.quoteReplacement(valueOf.apply(field.group(1))));
  }
}
