package io.kubetune.cli.command;

import io.kubetune.cli.fetch.PulledAdapter;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What `pull-adapter` says of what it brought.
///
/// ```
/// AdapterSummary.show(adapter, image, output, terminal);
/// ```
final class AdapterSummary {
  private AdapterSummary() {}

  static void show(
      PulledAdapter adapter, ImageReference image, OutputOption output, Terminal terminal) {
    switch (output.format()) {
      case NAME -> terminal.out().println(adapter.folder());
      case JSON, YAML -> output.print(json(adapter, image), terminal);
      case TABLE, WIDE -> {
        Table table = new Table("FILE", "BYTES");
        adapter.files().forEach(f -> table.row(f.name(), "%,d".formatted(f.bytes())));
        table.print(terminal);
        terminal.out().println();
        Labels page = new Labels(terminal);
        page.line("Folder", adapter.folder().toString());
        page.line("Image", image.toString());
        page.line("Digest", adapter.digest().toString());
        page.line(
            "Adapter",
            "rank %d, alpha %s, of %s"
                .formatted(adapter.rank(), adapter.alpha(), adapter.baseModel()));
        adapter.evalLossBefore().ifPresent(loss -> evaluation(adapter, loss, page));
      }
    }
  }

  private static void evaluation(PulledAdapter adapter, double before, Labels page) {
    adapter
        .evalLossAfter()
        .ifPresent(after ->
            page.line("Evaluation", "loss %.4f before, %.4f after".formatted(before, after)));
  }

  private static ObjectNode json(PulledAdapter adapter, ImageReference image) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("folder", adapter.folder().toString());
    json.put("image", image.toString());
    json.put("digest", adapter.digest().toString());
    json.put("baseModel", adapter.baseModel());
    json.put("rank", adapter.rank());
    json.put("alpha", adapter.alpha());
    adapter.targets().forEach(json.putArray("targets")::add);
    adapter.evalLossBefore().ifPresent(loss -> json.put("evalLossBefore", loss));
    adapter.evalLossAfter().ifPresent(loss -> json.put("evalLossAfter", loss));
    ArrayNode files = json.putArray("files");
    adapter.files().forEach(f -> files.addObject().put("name", f.name()).put("bytes", f.bytes()));
    return json;
  }
}
