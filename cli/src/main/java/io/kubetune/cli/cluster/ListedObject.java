package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.kubetune.contract.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// An object of the cluster as far as those need it who complete its name: the API server leaves
/// out the rest, and nothing here reads it.
///
/// ```
/// ListedObject.in(cluster, "/api/v1/namespaces", "") // one request, of at most 500 objects
/// ```
public record ListedObject(String name, Map<String, String> annotations) {
  private static final String METADATA_ALONE =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

  /// Out of the API server's memory: a name that is a moment old is good enough.
  private static final String PAGE = "?limit=500&resourceVersion=0";

  /// @param path of a kind's list: `/apis/batch/v1/namespaces/default/jobs`
  /// @param labels a selector; empty for all
  /// @return empty where the API server refuses
  public static List<ListedObject> in(Cluster cluster, String path, String labels) {
    KubernetesClient client = cluster.client();
    HttpClient http = client.getHttpClient();
    String selector =
        labels.isEmpty()
            ? ""
            : "&labelSelector=" + URLEncoder.encode(labels, StandardCharsets.UTF_8);
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(cluster.server() + path + PAGE + selector)
            .header("Accept", METADATA_ALONE)
            .build();
    HttpResponse<byte[]> answer = http.sendAsync(request, byte[].class).join();
    List<ListedObject> found = new ArrayList<>();
    if (answer.isSuccessful()) {
      for (JsonNode each : Json.MAPPER.readTree(answer.body()).path("items")) {
        JsonNode metadata = each.path("metadata");
        Map<String, String> annotations = new HashMap<>();
        metadata
            .path("annotations")
            .properties()
            .forEach(one -> annotations.put(one.getKey(), one.getValue().asString("")));
        found.add(new ListedObject(metadata.path("name").asString(""), Map.copyOf(annotations)));
      }
    }
    return found;
  }
}
