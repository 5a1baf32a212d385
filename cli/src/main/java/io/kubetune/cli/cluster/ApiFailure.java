package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the API server or the network said, in words with something to do next.
///
/// ```
/// throw new ApiFailure(connection, e).told("can't read the run 'bot'");
/// ```
record ApiFailure(Connection connection, KubernetesClientException failure) {
  /// RBAC's own sentence, the same since Kubernetes 1.6.
  private static final Pattern FORBIDDEN =
      Pattern.compile(
          "User \"(?<user>[^\"]*)\" cannot (?<verb>\\S+) resource \"(?<resource>[^\"]*)\""
              + " in API group \"(?<group>[^\"]*)\"(?: in the namespace \"(?<namespace>[^\"]*)\")?.*",
          Pattern.DOTALL);

  private static final Pattern NO_NAMESPACE = Pattern.compile("namespaces \"([^\"]*)\" not found");

  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  TuneException told(String attempted) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TuneException ours) {
        // A credential plugin that failed on the way.
        return ours;
      }
    }
    Problem problem = problem();
    return new TuneException(
        ExitCode.CLUSTER, attempted, problem.place(), problem.found(), problem.remedy(), failure);
  }

  private Problem problem() {
    int code = failure.getCode();
    return switch (code) {
      case 401 -> new LoginRefused(connection).problem();
      case 403 -> forbidden();
      case 404 -> notFound();
      case 429, 500, 502, 503, 504 ->
          answered("the API server is overloaded or just starting: try again");
      default -> code < 100 ? new NetworkFailure(connection, failure).problem() : answered("");
    };
  }

  /// The API server's own words.
  private Problem answered(String remedy) {
    return new Problem(place(), message() + " (" + failure.getCode() + ")", remedy);
  }

  private String place() {
    return Connection.text(connection.contextName())
        .map(name -> "context " + name)
        .orElse(connection.server());
  }

  private String message() {
    return Optional.ofNullable(failure.getStatus())
        .flatMap(status -> Connection.text(status.getMessage()))
        .or(() -> Connection.text(failure.getMessage()))
        .orElse("no reason given");
  }

  private Problem notFound() {
    Matcher namespace = NO_NAMESPACE.matcher(message());
    if (namespace.find()) {
      return noNamespace(place(), namespace.group(1));
    }
    if (failure.getStatus() == null || failure.getStatus().getDetails() == null) {
      return answered("does the cluster serve this kind, and is this its API server?");
    }
    return answered("");
  }

  static Problem noNamespace(String place, String namespace) {
    return new Problem(
        place,
        "there is no namespace '" + namespace + "' (404)",
        "choose another by -n, or make it:\n  kubectl create namespace " + namespace);
  }

  private Problem forbidden() {
    Matcher sentence = FORBIDDEN.matcher(message());
    if (!sentence.find()) {
      return refused();
    }
    String user = sentence.group("user");
    String verb = sentence.group("verb");
    String resource = withGroup(sentence.group("resource"), sentence.group("group"));
    Optional<String> namespace = Optional.ofNullable(sentence.group("namespace"));
    String where = namespace.map(n -> "in namespace " + n).orElse("in the whole cluster");
    String role = namespace.isPresent() ? "role" : "clusterrole";
    String flag = namespace.map(n -> " -n " + n).orElse("");
    return new Problem(
        place(),
        "'%s' may not %s %s %s (403)".formatted(user, verb, resource, where),
        """
        an administrator can allow it:
          kubectl create %1$s kubectl-tune --verb=%2$s --resource=%3$s%4$s
          kubectl create %1$sbinding kubectl-tune --%1$s=kubectl-tune %5$s%4$s
        (all that kubectl tune %6$s is in its templates/rbac/kubectl-tune-%7$s.yaml)\
        """
            .formatted(
                role,
                verb,
                resource,
                flag,
                subject(user),
                namespace.isPresent() ? "needs" : "reads of the whole cluster",
                namespace.isPresent() ? "user" : "cluster"));
  }

  /// As kubectl writes it: `jobs.batch/status`.
  private static String withGroup(String resource, String group) {
    if (group.isEmpty()) {
      return resource;
    }
    int slash = resource.indexOf('/');
    return slash < 0
        ? resource + "." + group
        : resource.substring(0, slash) + "." + group + resource.substring(slash);
  }

  private static String subject(String user) {
    return user.startsWith(SERVICE_ACCOUNT)
        ? "--serviceaccount=" + user.substring(SERVICE_ACCOUNT.length())
        : "--user=" + user;
  }

  /// An admission rule's 403: quota, Pod Security, a webhook. Its own words say it best.
  private Problem refused() {
    String message = message();
    if (message.contains("exceeded quota")) {
      return answered("see what is in use:\n  kubectl describe quota -n " + connection.namespace());
    }
    if (message.contains("violates PodSecurity")) {
      return answered(
          "the namespace enforces a Pod Security standard:\n  kubectl get namespace "
              + connection.namespace()
              + " --show-labels");
    }
    if (message.contains("is being terminated")) {
      return answered("the namespace is being deleted: choose another by -n");
    }
    return answered("");
  }
}
