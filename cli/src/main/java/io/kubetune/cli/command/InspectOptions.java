package io.kubetune.cli.command;

import io.kubetune.cli.request.ChatTemplateText;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Settings of training that decide what a model sees of a row.
///
/// ```
/// new TrainerInspect(trainer, inspect.arguments()).counts(folder);
/// ```
final class InspectOptions {
  @Option(
      names = "--max-length",
      paramLabel = "TOKENS",
      description = "longest document that training takes")
  private Integer maxLength;

  @Option(
      names = "--loss-on",
      paramLabel = "PART",
      description = "answer, assistant, completion or all")
  private String lossOn;

  @Option(
      names = "--on-long-document",
      paramLabel = "WHAT",
      description = "truncate, split or refuse")
  private String onLongDocument;

  @Option(
      names = "--chat-template",
      paramLabel = "TEXT|FILE",
      description = "in place of the model's own")
  private String chatTemplate;

  @Option(
      names = "--sanitize",
      description = "keep as text what user and tool turns spell like special tokens")
  private boolean sanitize;

  /// The trainer's flags for what was given (`templates/contract/inspect.md`).
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    add(arguments, "--max-length", Optional.ofNullable(maxLength).map(String::valueOf));
    add(arguments, "--loss-on", Optional.ofNullable(lossOn));
    add(arguments, "--on-long-document", Optional.ofNullable(onLongDocument));
    add(arguments, "--chat-template", Optional.ofNullable(chatTemplate).map(InspectOptions::text));
    add(arguments, "--sanitize", sanitize ? Optional.of("true") : Optional.empty());
    return arguments;
  }

  /// Read and parsed before the rows are.
  static String text(String given) {
    List<Problem> problems = new ArrayList<>();
    return ChatTemplateText.read("--chat-template", given, Path.of(""), problems)
        .orElseThrow(
            () -> new TuneException(ExitCode.BAD_REQUEST, "can't use the chat template", problems));
  }

  private static void add(List<String> arguments, String flag, Optional<String> value) {
    value.ifPresent(given -> arguments.addAll(List.of(flag, given)));
  }
}
