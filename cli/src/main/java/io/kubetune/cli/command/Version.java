package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Output;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune version`: which version this is, of which commit, and which contract it speaks.
@Command(
    name = "version",
    header = "Print the version, and the cluster's where one answers.",
    footer = {"  kubectl tune version", "  kubectl tune version --client -o json"})
final class Version implements Callable<Integer> {
  /// Filled in by the build.
  private static final String PROPERTIES = "/io/kubetune/cli/version.properties";

  /// Of the files between cli and trainer: `templates/contract/`.
  private static final int CONTRACT = 1;

  @Option(names = "--client", description = "of this program alone: no cluster is asked")
  private boolean client;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Version(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Properties build = new Properties();
    try (InputStream resource = Version.class.getResourceAsStream(PROPERTIES)) {
      build.load(resource);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("client", build.getProperty("version"));
    json.put("commit", build.getProperty("commit"));
    json.put("contract", CONTRACT);
    json.put("platform", System.getProperty("os.name") + "/" + System.getProperty("os.arch"));
    if (!client && output.format() != Output.NAME) {
      LiveNames.forCommand(surroundings, where.flags())
          .serverVersion()
          .ifPresent(server -> json.put("server", server));
    }
    var out = surroundings.terminal().out();
    switch (output.format()) {
      case JSON, YAML -> output.print(json, surroundings.terminal());
      case NAME -> out.println(build.getProperty("version"));
      case TABLE, WIDE ->
          json.properties()
              .forEach(entry -> out.println(entry.getKey() + ": " + entry.getValue().asString()));
    }
    return ExitCode.OK.code();
  }
}
