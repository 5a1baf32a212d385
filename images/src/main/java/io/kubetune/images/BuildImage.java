package io.kubetune.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One container image from folders: each becomes a layer as it lies there. The same folders give
/// the same digest; what the registry has is not sent again.
///
/// ```
/// BuildImage --name kubetune-trainer:0.1.0 --layer base=target/images/base --entrypoint /opt/java/bin/java \
///     --to registry.example.com/ml
/// ```
@Command(name = "BuildImage")
public final class BuildImage implements Callable<Integer> {
  /// The images' user, which no passwd of a node knows: Pod Security "restricted" wants no root.
  private static final String USER = "65532:65532";

  @Option(names = "--name", required = true, description = "REPOSITORY:TAG")
  private String name;

  @Option(names = "--to", required = true, description = "HOST/PATH, oci:FOLDER or tar:FOLDER")
  private String to;

  @Option(names = "--layer", required = true, description = "NAME=FOLDER, most stable first")
  private Map<String, Path> layers = new LinkedHashMap<>();

  @Option(names = "--entrypoint", required = true, description = "a word each")
  private List<String> entrypoint;

  @Option(names = "--env", description = "NAME=VALUE")
  private Map<String, String> env = new LinkedHashMap<>();

  @Option(names = "--label", description = "NAME=VALUE")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--cache", required = true, description = "folder for layers that were built")
  private Path cache;

  @Option(names = "--plain-http", description = "speak http to the registry")
  private boolean plainHttp;

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new BuildImage());
    line.setExecutionExceptionHandler((failure, _, _) -> told(failure));
    System.exit(line.execute(arguments));
  }

  private static int told(Exception failure) {
    if (failure instanceof TuneException e) {
      System.err.println("build-images: " + e.getMessage());
      e.problems().forEach(each -> System.err.println("  " + each));
      return e.exitCode().code();
    }
    failure.printStackTrace();
    return ExitCode.FAILED.code();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      JibContainer built = build();
      System.out.println(name + " " + built.getDigest());
      return ExitCode.OK.code();
    } catch (InvalidImageReferenceException e) {
      throw failed(ExitCode.USAGE, "no name of an image: " + e.getMessage(), "--to HOST/PATH", e);
    } catch (RegistryException e) {
      throw failed(ExitCode.REGISTRY, firstLines(e), "docker login writes credentials", e);
    } catch (ExecutionException | CacheDirectoryCreationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw failed(ExitCode.FAILED, String.valueOf(cause.getMessage()), "see above", cause);
    }
  }

  private JibContainer build()
      throws InvalidImageReferenceException,
          IOException,
          InterruptedException,
          RegistryException,
          ExecutionException,
          CacheDirectoryCreationException {
    JibContainerBuilder image =
        Jib.fromScratch()
            .setFormat(ImageFormat.OCI)
            .setPlatforms(Set.of(new Platform("amd64", "linux")))
            .setCreationTime(Instant.EPOCH)
            .setUser(USER)
            .setWorkingDirectory(AbsoluteUnixPath.get("/"))
            .setEntrypoint(entrypoint)
            .setEnvironment(env)
            .setLabels(labels);
    for (Map.Entry<String, Path> each : layers.entrySet()) {
      image.addFileEntriesLayer(FolderLayer.of(each.getKey(), each.getValue()));
    }
    if (to.startsWith("oci:")) {
      Path layout = Path.of(to.substring("oci:".length()));
      Path tar = Files.createTempFile("kubetune-image", ".tar");
      try {
        JibContainer built = image.containerize(containerizer(tar));
        OciLayout.add(layout, name, tar);
        return built;
      } finally {
        Files.delete(tar);
      }
    }
    if (to.startsWith("tar:")) {
      Path folder = Files.createDirectories(Path.of(to.substring("tar:".length())));
      return image.containerize(containerizer(folder.resolve(name.replace(':', '-') + ".tar")));
    }
    ImageReference target = ImageReference.parse(to + "/" + name);
    RegistryImage registry = RegistryImage.named(target);
    CredentialRetrieverFactory credentials =
        CredentialRetrieverFactory.forImage(target, event -> {});
    registry.addCredentialRetriever(credentials.dockerConfig());
    registry.addCredentialRetriever(credentials.wellKnownCredentialHelpers());
    return image.containerize(
        prepared(Containerizer.to(registry)).setAllowInsecureRegistries(plainHttp || isLoopback()));
  }

  private Containerizer containerizer(Path tar) throws InvalidImageReferenceException {
    return prepared(Containerizer.to(TarImage.at(tar).named(ImageReference.parse(name))));
  }

  private Containerizer prepared(Containerizer containerizer) {
    return containerizer
        .setApplicationLayersCache(cache.resolve("layers"))
        .setBaseImageLayersCache(cache.resolve("base"))
        .setToolName("kubectl tune scripts/build-images");
  }

  private boolean isLoopback() {
    return to.startsWith("127.0.0.1") || to.startsWith("localhost") || to.startsWith("[::1]");
  }

  private TuneException failed(ExitCode code, String found, String remedy, Throwable cause) {
    return new TuneException(code, "can't build the image " + name, to, found, remedy, cause);
  }

  private static String firstLines(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
