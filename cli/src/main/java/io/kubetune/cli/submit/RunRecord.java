package io.kubetune.cli.submit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What was asked for, as `run.json` in the run's folder keeps it; written once.
///
/// ```
/// {"contract":1,"name":"first","created":"2026-11-23T04:30:00Z","model":"/models/tiny",
///  "data":["/data/rows.jsonl"],"rows":{"train":96,"eval":24},"output":"oci:/…/first/image",
///  "trainer":"/opt/kubetune/trainer"}
/// ```
///
/// @param data what the user named
/// @param trainRows rows of the canonical `train.jsonl`
/// @param evalRows rows of the canonical `eval.jsonl`, 0 where the trainer splits
/// @param output where the adapter image goes: `oci:DIR` or `host/repo:tag`
/// @param trainerHome the trainer that runs it
public record RunRecord(
    RunName name,
    Instant created,
    String model,
    List<String> data,
    long trainRows,
    long evalRows,
    String output,
    Path trainerHome) {

  static final int CONTRACT = 1;

  public RunRecord {
    data = List.copyOf(data);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonFile.object();
    json.put("contract", CONTRACT);
    json.put("name", name.value());
    json.put("created", created.toString());
    json.put("model", model);
    ArrayNode sources = json.putArray("data");
    data.forEach(sources::add);
    json.putObject("rows").put("train", trainRows).put("eval", evalRows);
    json.put("output", output);
    json.put("trainer", trainerHome.toString());
    return json;
  }

  static RunRecord of(ObjectNode json) {
    List<String> data = new ArrayList<>();
    json.path("data").forEach(each -> data.add(each.asString()));
    return new RunRecord(
        RunName.of(json.path("name").asString()),
        Instant.parse(json.path("created").asString()),
        json.path("model").asString(),
        data,
        json.path("rows").path("train").asLong(),
        json.path("rows").path("eval").asLong(),
        json.path("output").asString(),
        Path.of(json.path("trainer").asString()));
  }
}
