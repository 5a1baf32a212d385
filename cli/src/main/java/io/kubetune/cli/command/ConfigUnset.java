package io.kubetune.cli.command;

import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.request.UserConfigFile;
import io.kubetune.contract.ExitCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune config unset KEY`.
@Command(
    name = "unset",
    header = "Take a default out.",
    footer = {"  kubectl tune config unset namespace"})
final class ConfigUnset implements Callable<Integer> {
  @Parameters(paramLabel = "SETTING", description = "the key, as config view shows it")
  private String key;

  private final Surroundings surroundings;

  ConfigUnset(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    new UserConfigFile(UserConfig.file(surroundings.environment())).set(key, Optional.empty());
    return ExitCode.OK.code();
  }
}
