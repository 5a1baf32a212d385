package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// kubectl's connection flags, typed.
class ClusterOptionsTest {
  private static ClusterFlags typed(String... arguments) {
    ClusterOptions options = new ClusterOptions();
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
    spec.addMixin("connection", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
    new CommandLine(spec).parseArgs(arguments);
    return options.flags(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"5, PT5S", "5s, PT5S", "1.5m, PT1M30S", "1h30m, PT1H30M", "300ms, PT0.3S"})
  void theTimeOfARequestIsReadAsKubectlReadsIt(String text, String time) {
    assertThat(typed("--request-timeout", text).requestTimeout())
        .hasToString("Optional[" + time + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0s"})
  void noLimit(String text) {
    assertThat(typed("--request-timeout=" + text).requestTimeout()).contains(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5x", "-5s", "", "s", "5 s"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> typed("--request-timeout=" + text))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> assertThat(e.problems().toString()).contains("'" + text + "' is no duration"));
  }

  @Test
  void everyFlagArrives() {
    ClusterFlags flags =
        typed(
            "--kubeconfig=k",
            "--context=c",
            "--cluster=l",
            "--user=u",
            "-s=https://h",
            "--token=t",
            "--as=a",
            "--as-group=g",
            "--as-group=h",
            "--certificate-authority=ca",
            "--client-certificate=cc",
            "--client-key=ck",
            "--tls-server-name=n",
            "--insecure-skip-tls-verify");
    assertThat(flags.toString())
        .contains(
            "[k]",
            "[c]",
            "[l]",
            "[u]",
            "[https://h]",
            "[a]",
            "[ca]",
            "[cc]",
            "[ck]",
            "[n]",
            "true");
    assertThat(flags.token()).contains("t");
    assertThat(flags.impersonatedGroups()).isEqualTo(List.of("g", "h"));
    assertThat(flags.areTyped()).isTrue();
    assertThat(typed().areTyped()).isFalse();
  }

  @Test
  void theTokenIsNotInWhatALogWouldSay() {
    assertThat(typed("--token=s3cret").toString()).doesNotContain("s3cret");
  }
}
