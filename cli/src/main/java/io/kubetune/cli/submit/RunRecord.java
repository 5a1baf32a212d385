package io.kubetune.cli.submit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What was asked for, as `run.json` in the run's folder keeps it; written once.
///
/// ```
/// {"contract":1,"name":"first","created":"2026-11-23T04:30:00Z","labels":{"team":"search"},
///  "annotations":{},"model":"/models/tiny",
///  "data":{"name":"answers","sources":["/data/rows.jsonl"],"train":96,"eval":24},
///  "output":"oci:/…/first/image","registry":{"plain_http":false},"trainer":"/opt/kubetune/trainer","environment":{}}
/// ```
///
/// @param output where the adapter image goes: `oci:DIR` or `host/repo:tag`
/// @param registry how that host is reached
/// @param trainerHome the trainer that runs it
/// @param trainerEnvironment variables that the trainer gets over those of the user; no secrets
public record RunRecord(
    RunName name,
    Instant created,
    Map<String, String> labels,
    Map<String, String> annotations,
    String model,
    Data data,
    String output,
    RegistryWay registry,
    Path trainerHome,
    Map<String, String> trainerEnvironment) {

  /// @param name what the user calls the dataset; the sources where nothing was said
  /// @param sources what the user named
  /// @param trainRows rows of the canonical `train.jsonl`
  /// @param evalRows rows of the canonical `eval.jsonl`, 0 where the trainer splits
  public record Data(String name, List<String> sources, long trainRows, long evalRows) {
    public Data {
      sources = List.copyOf(sources);
    }
  }

  static final int CONTRACT = 1;

  ObjectNode toJson() {
    ObjectNode json = JsonFile.object();
    json.put("contract", CONTRACT);
    json.put("name", name.value());
    json.put("created", created.toString());
    put(json, "labels", labels);
    put(json, "annotations", annotations);
    json.put("model", model);
    ObjectNode rows = json.putObject("data");
    rows.put("name", data.name());
    data.sources().forEach(rows.putArray("sources")::add);
    rows.put("train", data.trainRows()).put("eval", data.evalRows());
    json.put("output", output);
    registry.addTo(json.putObject("registry"));
    json.put("trainer", trainerHome.toString());
    put(json, "environment", trainerEnvironment);
    return json;
  }

  static RunRecord of(ObjectNode json) {
    JsonNode rows = json.path("data");
    List<String> sources = new ArrayList<>();
    rows.path("sources").forEach(each -> sources.add(each.asString()));
    return new RunRecord(
        RunName.of(json.path("name").asString()),
        Instant.parse(json.path("created").asString()),
        map(json, "labels"),
        map(json, "annotations"),
        json.path("model").asString(),
        new Data(
            rows.path("name").asString(),
            sources,
            rows.path("train").asLong(),
            rows.path("eval").asLong()),
        json.path("output").asString(),
        RegistryWay.of(json.path("registry")),
        Path.of(json.path("trainer").asString()),
        map(json, "environment"));
  }

  private static void put(ObjectNode json, String key, Map<String, String> map) {
    ObjectNode object = json.putObject(key);
    map.forEach(object::put);
  }

  private static Map<String, String> map(ObjectNode json, String key) {
    Map<String, String> map = new LinkedHashMap<>();
    json.path(key).properties().forEach(e -> map.put(e.getKey(), e.getValue().asString()));
    return map;
  }
}
