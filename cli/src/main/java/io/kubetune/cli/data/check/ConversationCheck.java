package io.kubetune.cli.data.check;

import io.kubetune.cli.data.Problems;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.template.ChatTemplate;
import io.kubetune.contract.template.JsonValues;
import io.kubetune.contract.template.Messages;
import io.kubetune.contract.template.TemplateException;
import io.kubetune.contract.template.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Renders every conversation with the chat template that the user gave, as the trainer will, and
/// names the rows that it refuses: before a run is made, and before a GPU is paid for.
///
/// ```
/// new ConversationCheck(template).check(canonicalFolder);
/// // rows.jsonl:17: the chat template refuses it: TemplateError: roles must alternate
/// ```
public final class ConversationCheck {
  /// Rows in memory at once.
  private static final int BATCH = 512;

  /// What most tokenizers call them; which they are decides no template whether to refuse.
  private static final Map<String, Value> TOKENS =
      Map.of("bos_token", Value.text("<s>"), "eos_token", Value.text("</s>"));

  private final ChatTemplate template;

  /// @param template Jinja text that was parsed before
  public ConversationCheck(String template) {
    this.template = ChatTemplate.parse(template);
  }

  /// @param folder of canonical rows
  /// @throws TuneException BAD_DATA with the first rows that the template refuses
  public void check(Path folder) throws IOException {
    DataManifest manifest = DataManifest.read(folder);
    if (manifest.shape() != Shape.MESSAGES) {
      return;
    }
    Problems problems = new Problems();
    for (DataManifest.DataFile file : manifest.files()) {
      try (BufferedReader rows = Files.newBufferedReader(folder.resolve(file.name()))) {
        check(rows, file.name(), manifest, problems);
      }
    }
    if (problems.total() > 0) {
      throw new TuneException(
          ExitCode.BAD_DATA,
          "can't train on %s with this chat template: it refuses %d of its rows"
              .formatted(manifest.source(), problems.total()),
          problems.first());
    }
  }

  private void check(BufferedReader rows, String file, DataManifest manifest, Problems problems)
      throws IOException {
    long before = 0;
    List<String> batch = new ArrayList<>(BATCH);
    for (String line = rows.readLine(); line != null; line = rows.readLine()) {
      batch.add(line);
      if (batch.size() == BATCH) {
        batch(batch, before, file, manifest, problems);
        before += batch.size();
        batch.clear();
      }
    }
    batch(batch, before, file, manifest, problems);
  }

  private void batch(
      List<String> lines, long before, String file, DataManifest manifest, Problems problems) {
    List<Optional<String>> refusals =
        IntStream.range(0, lines.size())
            .parallel()
            .mapToObj(i -> refusal(JsonMapper.shared().readTree(lines.get(i))))
            .toList();
    for (int i = 0; i < refusals.size(); i++) {
      long row = before + i + 1;
      Optional<String> place =
          file.equals(DataManifest.TRAIN) ? manifest.userPlace(row) : Optional.empty();
      refusals
          .get(i)
          .map(reason ->
              new Problem(
                  place.orElse(file + ":" + row),
                  "the chat template refuses it: " + reason,
                  "correct or remove the row, or choose another --chat-template"))
          .ifPresent(problems::add);
    }
  }

  private Optional<String> refusal(JsonNode row) {
    Map<String, Value> variables = new HashMap<>(TOKENS);
    variables.put("messages", Messages.of(row.path("messages")));
    variables.put("tools", row.has("tools") ? JsonValues.of(row.get("tools")) : Value.None.NONE);
    variables.put("documents", Value.None.NONE);
    variables.put("add_generation_prompt", new Value.Bool(false));
    try {
      template.render(variables, LocalDateTime.now());
      return Optional.empty();
    } catch (TemplateException e) {
      // A name that is not known here may be one of the model's own tokens.
      return e.kind() == TemplateException.Kind.UNDEFINED
          ? Optional.empty()
          : Optional.of(e.getMessage());
    }
  }
}
