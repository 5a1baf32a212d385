package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.Config;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// What a kubeconfig calls its contexts, clusters and users, for those who complete what is typed:
/// files that can't be read have no names.
///
/// ```
/// KubeconfigNames.read(flags, environment).contexts()
/// ```
public record KubeconfigNames(List<String> contexts, List<String> clusters, List<String> users) {

  public static KubeconfigNames read(ClusterFlags flags, Map<String, String> environment) {
    TreeSet<String> contexts = new TreeSet<>();
    TreeSet<String> clusters = new TreeSet<>();
    TreeSet<String> users = new TreeSet<>();
    for (Path path : Kubeconfig.files(flags, environment)) {
      if (!Files.isReadable(path)) {
        continue;
      }
      try {
        Config config = KubeconfigFile.read(path);
        KubeconfigFile.named(config.getContexts()).forEach(each -> contexts.add(each.getName()));
        KubeconfigFile.named(config.getClusters()).forEach(each -> clusters.add(each.getName()));
        KubeconfigFile.named(config.getUsers()).forEach(each -> users.add(each.getName()));
      } catch (TuneException e) {
        // Who completes a word is not told about a broken file.
      }
    }
    return new KubeconfigNames(List.copyOf(contexts), List.copyOf(clusters), List.copyOf(users));
  }
}
