package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Durations;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.watch.EventText;
import io.kubetune.cli.watch.RunView;
import io.kubetune.cli.watch.cluster.ClusterList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A run in `list`, of any runtime.
///
/// ```
/// RunRow.table(rows, false, false).print(terminal);
/// ```
///
/// @param namespace empty for a run of this machine
/// @param reference as `-o name` prints it
record RunRow(
    String namespace,
    String name,
    String runtime,
    String phase,
    String steps,
    String loss,
    Instant created,
    String model,
    String image,
    String reference,
    ObjectNode json) {

  static RunRow of(RunView view) {
    String name = view.record().name().value();
    return new RunRow(
        "",
        name,
        "local",
        view.state().phase().toString(),
        view.steps(),
        view.progress().step().map(e -> EventText.loss(e.loss())).orElse(""),
        view.record().created(),
        view.record().model(),
        view.state().image().map(i -> i.reference()).orElse(""),
        Surroundings.KIND + name,
        view.toJson());
  }

  static RunRow of(ClusterList.Row row) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", row.run().name());
    json.put("namespace", row.run().namespace());
    json.put("runtime", row.runtime());
    json.put("reference", row.run().reference());
    json.put("phase", row.state().phase().toString());
    json.put("created", row.created().toString());
    row.state().finished().ifPresent(at -> json.put("finished", at.toString()));
    json.put("model", row.model());
    json.put("output", row.image());
    return new RunRow(
        row.run().namespace(),
        row.run().name(),
        row.runtime(),
        row.state().phase().toString(),
        "",
        "",
        row.created(),
        row.model(),
        row.image(),
        row.run().reference(),
        json);
  }

  /// What of a row a watcher waits for; its age is no change.
  String changing() {
    return reference + " " + namespace + " " + phase + " " + steps + " " + loss;
  }

  static ObjectNode json(List<RunRow> rows) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode items = json.putArray("items");
    rows.forEach(row -> items.add(row.json()));
    return json;
  }

  static Table table(List<RunRow> rows, boolean namespaces, boolean wide) {
    List<String> columns = new ArrayList<>();
    if (namespaces) {
      columns.add("NAMESPACE");
    }
    columns.addAll(List.of("NAME", "RUNTIME", "STATUS", "STEPS", "LOSS", "AGE"));
    if (wide) {
      columns.addAll(List.of("MODEL", "IMAGE"));
    }
    Table table = new Table(columns.toArray(String[]::new));
    for (RunRow row : rows) {
      List<String> cells = new ArrayList<>();
      if (namespaces) {
        cells.add(row.namespace());
      }
      String age = Durations.age(Duration.between(row.created(), Instant.now()));
      cells.addAll(List.of(row.name(), row.runtime(), row.phase(), row.steps(), row.loss(), age));
      if (wide) {
        cells.addAll(List.of(shortly(row.model()), shortly(row.image())));
      }
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  /// With as much of a digest as people compare: whole it is wider than all else of a row.
  private static String shortly(String image) {
    return image.replaceAll("(@sha256:[0-9a-f]{12})[0-9a-f]{52}", "$1");
  }
}
