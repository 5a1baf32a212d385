package io.kubetune.cli.command;

import io.kubetune.cli.request.UserConfig;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune config get KEY`.
@Command(
    name = "get",
    header = "Print a default.",
    footer = {"  kubectl tune config get registry"})
final class ConfigGet implements Callable<Integer> {
  @Parameters(paramLabel = "SETTING", description = "the key, as config view shows it")
  private String key;

  private final Surroundings surroundings;

  ConfigGet(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String value = UserConfig.of(surroundings.environment()).values().get(key);
    if (value == null) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't get the default",
          key,
          "it is not set",
          "see what is:\n  kubectl tune config view");
    }
    surroundings.terminal().out().println(value);
    return ExitCode.OK.code();
  }
}
