package io.kubetune.cli.command;

import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// kubectl's connection flags, with kubectl's names and meanings; a mixin of every command that
/// talks to a cluster.
///
/// `-n` is a mixin of its own ([NamespaceOption]): for `create` it is a field of the request.
///
/// ```
/// @Mixin private ClusterOptions connection;
/// Cluster cluster = surroundings.cluster(connection.flags(namespace.given()));
/// ```
final class ClusterOptions {
  private static final Pattern PART = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h)");

  private static final String HEADING = "%nConnection, as kubectl has it:%n";

  @ArgGroup(validate = false, heading = HEADING)
  private Flags flags = new Flags();

  /// What the help lists under one heading.
  static final class Flags {
    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "kubeconfig to read")
    private Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "context of the kubeconfig")
    private String context;

    @Option(names = "--cluster", paramLabel = "NAME", description = "cluster of the kubeconfig")
    private String cluster;

    @Option(names = "--user", paramLabel = "NAME", description = "user of the kubeconfig")
    private String user;

    @Option(
        names = {"-s", "--server"},
        paramLabel = "URL",
        description = "address of the API server")
    private String server;

    @Option(names = "--token", paramLabel = "TOKEN", description = "bearer token")
    private String token;

    @Option(names = "--as", paramLabel = "USER", description = "user to impersonate")
    private String as;

    @Option(
        names = "--as-group",
        paramLabel = "GROUP",
        description = "group to impersonate; may be repeated")
    private List<String> asGroups;

    @Option(
        names = "--certificate-authority",
        paramLabel = "FILE",
        description = "certificates that the API server's is checked against")
    private Path certificateAuthority;

    @Option(
        names = "--client-certificate",
        paramLabel = "FILE",
        description = "certificate to log in with")
    private Path clientCertificate;

    @Option(names = "--client-key", paramLabel = "FILE", description = "its key")
    private Path clientKey;

    @Option(
        names = "--tls-server-name",
        paramLabel = "NAME",
        description = "name to expect in the API server's certificate")
    private String tlsServerName;

    @Option(
        names = "--insecure-skip-tls-verify",
        description = "do not check the API server's certificate")
    private boolean insecureSkipTlsVerify;

    @Option(
        names = "--request-timeout",
        paramLabel = "DURATION",
        description = "longest wait for one answer: 5s, 2m; 0 is no limit; 65s unless given")
    private String requestTimeout;
  }

  static boolean has(OptionSpec option) {
    return option.group() != null && HEADING.equals(option.group().heading());
  }

  ClusterFlags flags(Optional<String> namespace) {
    return new ClusterFlags(
        namespace,
        Optional.ofNullable(flags.kubeconfig),
        Optional.ofNullable(flags.context),
        Optional.ofNullable(flags.cluster),
        Optional.ofNullable(flags.user),
        Optional.ofNullable(flags.server),
        Optional.ofNullable(flags.token),
        Optional.ofNullable(flags.as),
        Optional.ofNullable(flags.asGroups).orElse(List.of()),
        Optional.ofNullable(flags.certificateAuthority),
        Optional.ofNullable(flags.clientCertificate),
        Optional.ofNullable(flags.clientKey),
        Optional.ofNullable(flags.tlsServerName),
        flags.insecureSkipTlsVerify,
        Optional.ofNullable(flags.requestTimeout).flatMap(ClusterOptions::duration));
  }

  /// As kubectl reads it: seconds, or numbers with units; 0 is no limit.
  private static Optional<Duration> duration(String text) {
    if (text.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    Matcher part = PART.matcher(text);
    Duration time = Duration.ZERO;
    int end = 0;
    while (part.find() && part.start() == end) {
      double nanos =
          Double.parseDouble(part.group(1))
              * switch (part.group(2)) {
                case "ms" -> 1e6;
                case "s" -> 1e9;
                case "m" -> 60e9;
                default -> 3600e9;
              };
      time = time.plusNanos((long) nanos);
      end = part.end();
    }
    if (end < text.length() || text.isEmpty()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't set the time of a request",
          "--request-timeout",
          "'" + text + "' is no duration",
          "for example 5s, 2m, 1h30m, 0");
    }
    return Optional.of(time);
  }
}
