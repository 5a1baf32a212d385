package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.watch.cluster.PodLog.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;

/// A container's log as the API server streams it while it grows, with the kubelet's times.
///
/// fabric8's own `watchLog` waits for the pod to be ready, hands out a refusal as if it were a log,
/// and ends no read when it is closed.
///
/// ```
/// try (InputStream log = LogStream.open(cluster, source, "&tailLines=10")) { … }
/// ```
final class LogStream {
  private LogStream() {}

  /// @param start where to start, as the API has it: `&sinceTime=…`, `&tailLines=…` or nothing
  /// @throws KubernetesClientException where the API server refuses
  /// @throws IOException where it does not answer
  static InputStream open(Cluster cluster, Source source, String start)
      throws IOException, InterruptedException {
    HttpClient http = cluster.client().getHttpClient();
    String address =
        "%s/api/v1/namespaces/%s/pods/%s/log?container=%s&follow=true&timestamps=true%s"
            .formatted(
                cluster.server(), source.namespace(), source.pod(), source.container(), start);
    try {
      HttpResponse<InputStream> answer =
          http.sendAsync(http.newHttpRequestBuilder().uri(address).build(), InputStream.class)
              .get();
      if (answer.code() < 400) {
        return answer.body();
      }
      try (InputStream body = answer.body()) {
        throw refusal(new String(body.readAllBytes(), StandardCharsets.UTF_8), answer.code());
      }
    } catch (ExecutionException e) {
      throw new IOException("no log of " + source, e.getCause());
    }
  }

  private static KubernetesClientException refusal(String body, int code) {
    try {
      Status status = Cluster.SERIALIZATION.unmarshal(body, Status.class);
      return new KubernetesClientException(status.getMessage(), code, status);
    } catch (RuntimeException e) {
      return new KubernetesClientException(body, code, null);
    }
  }
}
