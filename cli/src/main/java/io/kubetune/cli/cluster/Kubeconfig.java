package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Kubeconfig files, merged as kubectl merges them: the first file that names a thing wins, files
/// that are not there are passed over.
///
/// ```
/// Kubeconfig.read(Kubeconfig.files(flags, environment), flags, environment, terminal)
/// ```
final class Kubeconfig {
  private final List<io.fabric8.kubernetes.api.model.Config> files;
  private final String place;

  private Kubeconfig(List<io.fabric8.kubernetes.api.model.Config> files, String place) {
    this.files = files;
    this.place = place;
  }

  /// The files to read, whether they are there or not: `--kubeconfig`, else the list in
  /// `KUBECONFIG`, else `~/.kube/config`.
  static List<Path> files(ClusterFlags flags, Map<String, String> environment) {
    if (flags.kubeconfig().isPresent()) {
      return List.of(flags.kubeconfig().get());
    }
    String list = environment.getOrDefault("KUBECONFIG", "");
    if (!list.isBlank()) {
      return Stream.of(list.split(File.pathSeparator))
          .filter(each -> !each.isBlank())
          .map(Path::of)
          .toList();
    }
    return Connection.text(environment.get("HOME"))
        .map(home -> Path.of(home, ".kube", "config"))
        .stream()
        .toList();
  }

  static Connection.Found read(
      List<Path> paths,
      ClusterFlags flags,
      Map<String, String> environment,
      Optional<Terminal> terminal) {
    List<io.fabric8.kubernetes.api.model.Config> read = new ArrayList<>();
    for (Path path : paths) {
      // One that was asked for by name must be there.
      if (Files.exists(path) || flags.kubeconfig().isPresent()) {
        read.add(KubeconfigFile.read(path));
      }
    }
    String place = String.join(", ", paths.stream().map(Path::toString).toList());
    return new Kubeconfig(read, place).connection(flags, environment, terminal);
  }

  private Connection.Found connection(
      ClusterFlags flags, Map<String, String> environment, Optional<Terminal> terminal) {
    Optional<String> wanted =
        flags
            .context()
            .or(() ->
                files.stream()
                    .map(io.fabric8.kubernetes.api.model.Config::getCurrentContext)
                    .flatMap(each -> Connection.text(each).stream())
                    .findFirst());
    List<NamedContext> contexts =
        all(io.fabric8.kubernetes.api.model.Config::getContexts)
            .filter(c -> c.getContext() != null)
            .toList();
    Optional<NamedContext> context =
        wanted.map(name -> named(contexts, NamedContext::getName, name, "context"));
    String cluster =
        flags
            .cluster()
            .or(() -> context.flatMap(c -> Connection.text(c.getContext().getCluster())))
            .orElse("");
    String user =
        flags
            .user()
            .or(() -> context.flatMap(c -> Connection.text(c.getContext().getUser())))
            .orElse("");
    if (cluster.isEmpty() && flags.server().isEmpty()) {
      throw new TuneException(
          ExitCode.CLUSTER,
          "can't choose a cluster",
          place,
          "it has no current context",
          contexts.isEmpty()
              ? "name another kubeconfig by --kubeconfig"
              : "give --context, one of "
                  + String.join(", ", contexts.stream().map(NamedContext::getName).toList()));
    }
    Optional<io.fabric8.kubernetes.api.model.Cluster> target = Optional.empty();
    if (!cluster.isEmpty()) {
      NamedCluster found =
          named(
              all(io.fabric8.kubernetes.api.model.Config::getClusters).toList(),
              NamedCluster::getName,
              cluster,
              "cluster");
      target = Optional.ofNullable(found.getCluster());
    }
    Optional<AuthInfo> info = Optional.empty();
    if (!user.isEmpty()) {
      NamedAuthInfo found =
          named(
              all(io.fabric8.kubernetes.api.model.Config::getUsers).toList(),
              NamedAuthInfo::getName,
              user,
              "user");
      info = Optional.ofNullable(found.getUser());
    }
    Optional<ExecConfig> exec = info.map(AuthInfo::getExec);
    // The library runs plugins with their stderr mixed into their answer: it does not see them.
    info.ifPresent(each -> each.setExec(null));

    Config config = Config.empty();
    String namespace =
        context.flatMap(c -> Connection.text(c.getContext().getNamespace())).orElse("default");
    KubeConfigUtils.merge(config, EFFECTIVE, merged(cluster, user));
    Login login = info.map(each -> login(config, each, user)).orElseGet(Login.Anonymous::new);
    target.ifPresent(each -> each.setCertificateAuthority(config.getCaCertFile()));
    boolean encrypted = !flags.server().orElse(config.getMasterUrl()).startsWith("http://");
    if (exec.isPresent() && flags.token().isEmpty() && encrypted) {
      CredentialPlugin plugin =
          CredentialPlugin.of(exec.get(), user, fileOf(user), target, environment, terminal);
      plugin.login(config);
      login = new Login.ByPlugin(plugin);
    }
    String source = context.map(c -> "context " + c.getName() + " of ").orElse("") + place;
    return new Connection.Found(
        config, context.map(NamedContext::getName).orElse(""), namespace, source, login);
  }

  /// What the library leaves out of a user: a token kept in a file, and whom they act as.
  private Login login(Config config, AuthInfo info, String user) {
    Connection.text(info.getAs()).ifPresent(config::setImpersonateUsername);
    if (info.getAsGroups() != null && !info.getAsGroups().isEmpty()) {
      config.setImpersonateGroups(info.getAsGroups().toArray(String[]::new));
    }
    if (info.getAsUserExtra() != null && !info.getAsUserExtra().isEmpty()) {
      config.setImpersonateExtras(info.getAsUserExtra());
    }
    Optional<String> file = Connection.text(info.getTokenFile());
    if (file.isEmpty()) {
      return new Login.ByKubeconfig(user);
    }
    // Before a token that stands beside it, as kubectl has it; and read anew at each use.
    Path path = fileOf(user).toAbsolutePath().resolveSibling(file.get());
    config.setOauthTokenProvider(() -> InCluster.text(path));
    return new Login.ByTokenFile(path);
  }

  private static final String EFFECTIVE = "kubectl-tune-effective";

  /// The files, with a context before them that says what was decided.
  private io.fabric8.kubernetes.api.model.Config[] merged(String cluster, String user) {
    NamedContext decided = new NamedContext();
    decided.setName(EFFECTIVE);
    Context context = new Context();
    context.setCluster(cluster);
    context.setUser(user);
    decided.setContext(context);
    io.fabric8.kubernetes.api.model.Config first = new io.fabric8.kubernetes.api.model.Config();
    first.setContexts(List.of(decided));
    first.setCurrentContext(EFFECTIVE);
    return Stream.concat(Stream.of(first), files.stream())
        .toArray(io.fabric8.kubernetes.api.model.Config[]::new);
  }

  private Path fileOf(String user) {
    return all(io.fabric8.kubernetes.api.model.Config::getUsers)
        .filter(each -> user.equals(each.getName()))
        .map(each -> each.getAdditionalProperties().values())
        .flatMap(values -> values.stream().filter(File.class::isInstance).map(File.class::cast))
        .map(File::toPath)
        .findFirst()
        .orElse(Path.of(""));
  }

  private <T> Stream<T> all(Function<io.fabric8.kubernetes.api.model.Config, List<T>> part) {
    return files.stream().map(part).filter(Objects::nonNull).flatMap(List::stream);
  }

  private <T> T named(List<T> all, Function<T, String> name, String wanted, String what) {
    return all.stream()
        .filter(each -> wanted.equals(name.apply(each)))
        .findFirst()
        .orElseThrow(() -> {
          List<String> names = all.stream().map(name).toList();
          return new TuneException(
              ExitCode.CLUSTER,
              "can't find the " + what + " '" + wanted + "'",
              place,
              "no " + what + " of that name",
              NearestName.among(names, wanted)
                  .map(nearest -> "did you mean " + nearest + "?")
                  .orElse(
                      names.isEmpty()
                          ? "name another kubeconfig by --kubeconfig"
                          : "there are: " + String.join(", ", names)));
        });
  }
}
