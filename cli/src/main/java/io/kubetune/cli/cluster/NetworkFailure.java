package io.kubetune.cli.cluster;

import com.fasterxml.jackson.core.JacksonException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.contract.Problem;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// Why there is no answer of the API server at all, from the causes of what the client threw.
///
/// ```
/// new NetworkFailure(connection, e).problem() // https://10.0.0.1:6443 (context prod of …): can't be reached; …
/// ```
record NetworkFailure(Connection connection, KubernetesClientException failure) {
  Problem problem() {
    List<Throwable> causes = causes();
    if (has(causes, UnresolvedAddressException.class)) {
      return problem("no host of that name", "check the server in the kubeconfig, and DNS or VPN");
    }
    if (has(causes, HttpConnectTimeoutException.class)) {
      return problem(
          "no connection within " + Connection.CONNECT_MILLIS / 1000 + " s",
          "is the cluster running? Check network and VPN, or choose another --context");
    }
    if (has(causes, HttpTimeoutException.class) || has(causes, TimeoutException.class)) {
      return problem(
          "no answer in time", "check network and VPN; --request-timeout sets how long to wait");
    }
    if (brokeOff(causes)) {
      return problem(
          "the connection broke off", "is the API server being restarted? Try again in a moment");
    }
    if (has(causes, SSLException.class)) {
      return tls(causes);
    }
    if (has(causes, ConnectException.class)) {
      return problem(
          "can't be reached",
          "is the cluster running? Check network and VPN, or choose another --context");
    }
    if (has(causes, JacksonException.class)) {
      return problem(
          "what answers there is no API server of Kubernetes", "check the server's address");
    }
    return problem(said(causes.getLast()), "check network and VPN, then try again");
  }

  /// Of a connection that was good before; over TLS the JDK wraps it.
  private static boolean brokeOff(List<Throwable> causes) {
    return has(causes, EOFException.class)
        || causes.stream()
            .map(NetworkFailure::said)
            .anyMatch(words -> words.contains("Connection reset") || words.contains("Broken pipe"));
  }

  private Problem tls(List<Throwable> causes) {
    String authority = " --certificate-authority FILE";
    String words = causes.stream().map(NetworkFailure::said).reduce("", (a, b) -> a + "\n" + b);
    if (words.contains("unable to find valid certification path")
        || words.contains("PKIX path")
        || words.contains("signature check failed")) {
      return problem(
          "its certificate is not signed by the authority that the kubeconfig trusts",
          "check certificate-authority in the kubeconfig, or give" + authority);
    }
    if (words.contains("subject alternative") || words.contains("No name matching")) {
      return problem(
          "its certificate is for another name ("
              + said(
                  causes.stream()
                      .filter(CertificateException.class::isInstance)
                      .findFirst()
                      .orElse(causes.getLast()))
              + ")",
          "check the server in the kubeconfig, or give --tls-server-name NAME");
    }
    if (words.contains("Unsupported or unrecognized SSL message")) {
      return problem("it does not speak TLS", "is the server's address to begin with http:// ?");
    }
    return problem(
        "TLS failed: " + said(causes.getLast()),
        "check the certificates in the kubeconfig, or give" + authority);
  }

  private Problem problem(String found, String remedy) {
    return new Problem(connection.server() + " (" + connection.source() + ")", found, remedy);
  }

  private List<Throwable> causes() {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable cause = failure; cause != null && !causes.contains(cause); ) {
      causes.add(cause);
      cause = cause.getCause();
    }
    return causes;
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> kind) {
    return causes.stream().anyMatch(kind::isInstance);
  }

  private static String said(Throwable cause) {
    return Connection.text(cause.getMessage()).orElse(cause.getClass().getSimpleName());
  }
}
