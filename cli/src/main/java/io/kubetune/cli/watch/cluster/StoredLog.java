package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.watch.cluster.PodLog.Line;
import io.kubetune.cli.watch.cluster.PodLog.Source;
import java.io.IOException;
import java.io.InputStream;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/// What a container has written by now, a line at a time.
///
/// ```
/// StoredLog.read(cluster, source, LogStart.ALL, false, line -> out.println(line.text()));
/// ```
final class StoredLog {
  private StoredLog() {}

  /// @param previous of the container before this one, in the same pod
  static void read(
      Cluster cluster, Source source, LogStart from, boolean previous, Consumer<Line> lines) {
    try (InputStream in = open(cluster, source, from, previous)) {
      WholeLines whole = new WholeLines(in);
      for (String line = whole.next(); line != null; line = whole.next()) {
        lines.accept(Line.parse(source, line));
      }
      String rest = whole.rest();
      if (!rest.isEmpty()) {
        lines.accept(Line.parse(source, rest));
      }
    } catch (KubernetesClientException e) {
      // 400: no container before this one; 404: the pod is gone. There is nothing to read.
      if (e.getCode() != 400 && e.getCode() != 404) {
        throw e;
      }
    } catch (IOException e) {
      throw new KubernetesClientException("the log was cut: " + e.getMessage(), e);
    }
  }

  private static InputStream open(Cluster cluster, Source source, LogStart from, boolean previous) {
    var container =
        cluster
            .client()
            .pods()
            .inNamespace(source.namespace())
            .withName(source.pod())
            .inContainer(source.container());
    var all = container.usingTimestamps();
    var timed = previous ? all.terminated() : all;
    var recent =
        from.since().isPresent()
            ? timed.sinceTime(from.since().get().truncatedTo(ChronoUnit.SECONDS).toString())
            : timed;
    return from.tailLines().isPresent()
        ? recent.tailingLines(from.tailLines().get()).getLogInputStream()
        : recent.getLogInputStream();
  }
}
