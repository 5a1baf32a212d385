package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

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

  TuneException told(String attempted) {
    Problem problem = problem();
    return new TuneException(
        ExitCode.CLUSTER, attempted, problem.place(), problem.found(), problem.remedy(), failure);
  }

  private Problem problem() {
    return switch (failure.getCode()) {
      case 401 ->
          new Problem(
              connection.source(),
              "the API server does not accept these credentials (401): they have expired or are wrong",
              "log in again as your cluster's provider says, then try 'kubectl auth whoami'");
      case 403 -> forbidden();
      case 404 -> new Problem(place(), message() + " (404)", "");
      case 409 -> new Problem(place(), message() + " (409)", "");
      case 0 -> unreachable();
      default ->
          failure.getCode() < 100
              ? unreachable()
              : new Problem(place(), message() + " (" + failure.getCode() + ")", "");
    };
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

  private Problem forbidden() {
    Matcher sentence = FORBIDDEN.matcher(message());
    if (!sentence.find()) {
      // An admission rule: quota, Pod Security, a webhook. Its own words say it best.
      return new Problem(place(), message() + " (403)", "");
    }
    String group = sentence.group("group");
    String resource = sentence.group("resource") + (group.isEmpty() ? "" : "." + group);
    Optional<String> namespace = Optional.ofNullable(sentence.group("namespace"));
    String role = namespace.isPresent() ? "role" : "clusterrole";
    String flag = namespace.map(n -> " -n " + n).orElse("");
    return new Problem(
        place(),
        "'%s' may not %s %s%s (403)"
            .formatted(
                sentence.group("user"),
                sentence.group("verb"),
                resource,
                namespace.map(n -> " in namespace " + n).orElse("")),
        "an administrator can allow it: kubectl create %s kubectl-tune --verb=%s --resource=%s%s, bound to you by a %sbinding"
            .formatted(role, sentence.group("verb"), resource, flag, role));
  }

  private Problem unreachable() {
    String server = connection.server();
    String place = server + " (" + connection.source() + ")";
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case UnknownHostException _ -> {
          return new Problem(
              place, "no host of that name", "check the server in the kubeconfig, and DNS or VPN");
        }
        case SSLException e -> {
          return new Problem(
              place,
              "TLS failed: " + e.getMessage(),
              "check certificate-authority in the kubeconfig, or give --certificate-authority FILE");
        }
        case HttpTimeoutException _ -> {
          return new Problem(
              place,
              "no answer in time",
              "check network and VPN; --request-timeout sets how long to wait");
        }
        case ConnectException _ -> {
          return new Problem(
              place,
              "can't be reached",
              "is the cluster running? Check network and VPN, or choose another --context");
        }
        default -> {
          // Its cause may say more.
        }
      }
    }
    return new Problem(place, message(), "check network and VPN, then try again");
  }
}
