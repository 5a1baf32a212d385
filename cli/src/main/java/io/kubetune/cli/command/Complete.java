package io.kubetune.cli.command;

import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `kubectl-tune __complete WORDS…`: what shells ask, and kubectl of its plugins, in the protocol
/// that both know from cobra: candidates with their descriptions behind a tab, and last a
/// directive.
///
/// It is no command of picocli's: any words may follow, also options of other commands.
///
/// ```
/// $ kubectl-tune __complete sta
/// status  Show where a run stands.
/// :4
/// ```
public final class Complete {
  private static final String NAME = "__complete";

  private Complete() {}

  public static boolean isAsked(String... arguments) {
    return arguments.length > 0 && arguments[0].equals(NAME);
  }

  /// Never says an error: it would stand in the line that is being typed.
  public static int answer(
      Terminal terminal, Map<String, String> environment, String... arguments) {
    List<String> words = Arrays.asList(arguments).subList(1, arguments.length);
    terminal.out().print(of(words, terminal, environment).text());
    return ExitCode.OK.code();
  }

  private static Completion of(
      List<String> words, Terminal terminal, Map<String, String> environment) {
    try {
      List<String> finished = words.subList(0, Math.max(0, words.size() - 1));
      LiveNames live =
          LiveNames.forCompletion(new Surroundings(terminal, environment), connection(finished));
      return new Completer(KnownCommands.ROOT, new CompletedValues(live)).complete(words);
    } catch (RuntimeException e) {
      return Completion.NONE;
    }
  }

  /// Which cluster the words so far speak of.
  private static ClusterFlags connection(List<String> words) {
    return new ClusterFlags(
        value(words, "-n", "--namespace"),
        value(words, "--kubeconfig").map(Path::of),
        value(words, "--context"),
        value(words, "--cluster"),
        value(words, "--user"),
        value(words, "-s", "--server"),
        value(words, "--token"),
        value(words, "--as"),
        value(words, "--as-group").stream().toList(),
        value(words, "--certificate-authority").map(Path::of),
        value(words, "--client-certificate").map(Path::of),
        value(words, "--client-key").map(Path::of),
        value(words, "--tls-server-name"),
        words.contains("--insecure-skip-tls-verify"),
        Optional.of(Duration.ofSeconds(2)));
  }

  private static Optional<String> value(List<String> words, String... names) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      int at = words.indexOf(name);
      if (at >= 0 && at + 1 < words.size()) {
        found.add(words.get(at + 1));
      }
      words.stream()
          .filter(each -> each.startsWith(name + "="))
          .map(each -> each.substring(name.length() + 1))
          .forEach(found::add);
    }
    return found.stream().findFirst();
  }
}
