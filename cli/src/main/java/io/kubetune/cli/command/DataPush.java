package io.kubetune.cli.command;

import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune data push FILE…`: files and folders as an image with `/data`.
@Command(
    name = "push",
    header = "Package data as an image.",
    description = {
      "",
      "Files lie under /data, a folder's contents without the folder's name. The same files give"
          + " the same digest; what the registry has is not sent again."
    },
    footer = {
      "  # To a registry",
      "  kubectl tune data push ./shards --data-image registry.example.com/team/data:v1",
      "",
      "  # To an OCI layout on disk",
      "  kubectl tune data push rows.jsonl --data-image oci:./image:v1",
      "",
      "  # More files on top of an image, whose layers stay where they are",
      "  kubectl tune data push more.jsonl --from registry.example.com/team/data:v1 \\",
      "      --data-image registry.example.com/team/data:v2",
    })
final class DataPush implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", arity = "1..*", description = "files and folders")
  private List<Path> sources;

  @Option(
      names = {"--data-image", "--image"},
      paramLabel = "IMAGE",
      required = true,
      description = "HOST/REPOSITORY[:TAG] or oci:FOLDER[:TAG]")
  private String image;

  @Option(
      names = "--from",
      paramLabel = "IMAGE",
      description = "an image that the files are added to")
  private String from;

  @Mixin private RegistryOption registry;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  DataPush(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    ImageReference target = ImageReference.parse(image);
    Optional<ImageReference> base = Optional.ofNullable(from).map(ImageReference::parse);
    Terminal terminal = surroundings.terminal();
    DataPublisher publisher =
        new DataPublisher(registry.access(surroundings.environment()), surroundings.environment());
    Published published;
    try (TransferBars bars =
        new TransferBars(
            target + " was not pushed. The same command sends only what is missing.", terminal)) {
      published = publisher.publish(sources, base, target, Map.of(), bars);
    }
    switch (output.format()) {
      case NAME -> terminal.out().println(published.reference());
      case JSON, YAML -> output.print(json(published), terminal);
      case TABLE, WIDE -> {
        Labels page = new Labels(terminal);
        page.line("Image", published.reference().toString());
        page.line("Digest", published.digest().toString());
        page.line("Bytes", "%,d".formatted(published.bytes()));
      }
    }
    return ExitCode.OK.code();
  }

  private static ObjectNode json(Published published) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("image", published.reference().toString());
    json.put("digest", published.digest().toString());
    json.put("bytes", published.bytes());
    return json;
  }
}
