package io.kubetune.cli.command;

import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.request.UserConfigFile;
import io.kubetune.contract.ExitCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune config set KEY VALUE`.
@Command(
    name = "set",
    header = "Set a default for all commands.",
    footer = {
      "  kubectl tune config set registry registry.example.com/ml",
      "  kubectl tune config set gpuHourPrices.default 2.5"
    })
final class ConfigSet implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "SETTING",
      description =
          "registry, runtime, namespace, trainerImage, cliImage, currency or gpuHourPrices.PRODUCT")
  private String key;

  @Parameters(index = "1", paramLabel = "VALUE", description = "its value")
  private String value;

  private final Surroundings surroundings;

  ConfigSet(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    new UserConfigFile(UserConfig.file(surroundings.environment())).set(key, Optional.of(value));
    return ExitCode.OK.code();
  }
}
