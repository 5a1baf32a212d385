package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// One kubeconfig file: YAML, of which JSON is a part.
///
/// ```
/// Config config = KubeconfigFile.read(Path.of("/home/me/.kube/config"));
/// ```
final class KubeconfigFile {
  private KubeconfigFile() {}

  /// @throws TuneException CLUSTER where it is none
  static Config read(Path path) {
    try {
      return parse(path);
    } catch (RuntimeException e) { // whatever the YAML reader and its client throw
      throw new TuneException(
          ExitCode.CLUSTER,
          "can't read the kubeconfig",
          path.toString(),
          unread(path, e),
          "mend it, or name another one by --kubeconfig",
          e);
    }
  }

  private static Config parse(Path path) {
    try {
      return KubeConfigUtils.parseConfig(path.toFile());
    } catch (RuntimeException e) {
      return flow(path).orElseThrow(() -> e);
    }
  }

  /// YAML that begins with `{`, which the library takes for JSON; a document's start before it says
  /// that it is YAML.
  private static Optional<Config> flow(Path path) {
    String text = text(path);
    if (!text.stripLeading().startsWith("{")) {
      return Optional.empty();
    }
    Config config = KubeConfigUtils.parseConfigFromString("---\n" + text);
    // What the library notes of a file that it reads itself: paths are relative to it.
    for (NamedCluster each : named(config.getClusters())) {
      each.setAdditionalProperty("KUBERNETES_CONFIG_CLUSTER_FILE_KEY", path.toFile());
    }
    for (NamedAuthInfo each : named(config.getUsers())) {
      each.setAdditionalProperty("KUBERNETES_CONFIG_AUTH_INFO_FILE_KEY", path.toFile());
    }
    return Optional.of(config);
  }

  /// kubectl writes `clusters: null` where there are none.
  static <T> List<T> named(List<T> list) {
    return Optional.ofNullable(list).orElse(List.of());
  }

  private static String text(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unread(Path path, RuntimeException failure) {
    if (!Files.exists(path)) {
      return "is not there";
    }
    if (!Files.isReadable(path)) {
      return "may not be read by this user";
    }
    return "no kubeconfig"
        + " ("
        + firstLine(Optional.ofNullable(failure.getCause()).orElse(failure))
        + ")";
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
