package io.kubetune.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.render.Manifests;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.ExitCode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `create --data ./folder --data-image IMAGE` with a real registry: what is pushed is what `data
/// push` pushes, the pod is given its digest, and what it reads from there are the same rows.
@Timeout(120)
class InputPublisherTest {
  @TempDir Path dir;

  private RealRegistry registry;
  private Path rows;

  @BeforeEach
  void aFolderOfShards() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    rows = Files.createDirectory(dir.resolve("rows"));
    // By their names JSON arrays: --format has to reach the pod.
    Files.writeString(rows.resolve("a.json"), "{\"q\":\"1+1?\",\"a\":\"2\"}\n");
    Files.writeString(rows.resolve("b.json"), "{\"q\":\"why?\",\"a\":\"because\"}\n");
  }

  @AfterEach
  void stop() throws Exception {
    registry.close();
  }

  private Map<String, String> environment() {
    return Map.of(
        "XDG_CACHE_HOME", dir.resolve("cache").toString(), "HOME", dir.toString(), "PATH", "/bin");
  }

  private TuneRequest request(String image, Path... evalData) {
    return request(image, List.of(rows.toString()), evalData);
  }

  private TuneRequest request(String image, List<String> data, Path... evalData) {
    Map<Field, List<String>> flags = new EnumMap<>(Field.class);
    flags.put(Field.NAME, List.of("bot"));
    flags.put(Field.MODEL, List.of("smollm2-135m-instruct"));
    flags.put(Field.DATA, data);
    flags.put(Field.FORMAT, List.of("jsonl"));
    flags.put(Field.TEMPLATE, List.of("Q: {q}\nA:"));
    flags.put(Field.COLUMN, List.of("completion=a"));
    flags.put(Field.DATA_IMAGE, List.of(image));
    flags.put(Field.OUTPUT, List.of("pvc://results"));
    if (evalData.length > 0) {
      flags.put(Field.EVAL_DATA, List.of(evalData[0].toString()));
    }
    return new RequestReader(dir, InputStream.nullInputStream(), "abcde").read(Flags.of(flags));
  }

  private TuneRequest published(TuneRequest request) {
    RegistryAccess access = RegistryAccess.fromEnvironment(environment());
    return new InputPublisher(access, environment(), TransferListener.SILENT).publish(request);
  }

  private static String manifests(TuneRequest request) {
    TunePlan plan =
        TunePlan.of(
            request,
            RunConfig.of(request, PodPaths.PLACED),
            Optional.empty(),
            new MachineFacts(8L << 30, 2, false),
            "0.1.0");
    return ManifestText.json(Manifests.of(plan, false));
  }

  private static List<String> downloaderArguments(TuneRequest request) {
    List<String> arguments = new ArrayList<>();
    JsonMapper.shared()
        .readTree(manifests(request))
        .path("items")
        .get(1)
        .at("/spec/template/spec/initContainers/0/args")
        .forEach(each -> arguments.add(each.stringValue().replace("$$", "$")));
    return arguments;
  }

  private String digestOf(String image) throws Exception {
    String seen = Tool.skopeo("inspect", "--tls-verify=false", "docker://" + image);
    return JsonMapper.shared().readTree(seen).path("Digest").stringValue();
  }

  @Test
  void whatADryRunShowsIsWhatIsPushedAfterwards() throws Exception {
    Path eval = Files.writeString(dir.resolve("eval.json"), "{\"q\":\"2+2?\",\"a\":\"4\"}\n");
    RegistryAccess access = RegistryAccess.fromEnvironment(environment());
    InputPublisher publisher = new InputPublisher(access, environment(), TransferListener.SILENT);
    TuneRequest folder = request(registry.host() + "/team/data:v1", eval);
    TuneRequest named =
        request(
            registry.host() + "/team/named:v1",
            List.of(rows.resolve("b.json").toString(), rows.resolve("a.json").toString()));
    for (TuneRequest request : List.of(folder, named)) {
      TuneRequest foreseen = publisher.foresee(request);
      assertThat(registry.dir().resolve("store/docker/registry/v2/repositories/team"))
          .as("nothing is pushed by a look")
          .doesNotExist();
      assertThat(downloaderArguments(foreseen)).anyMatch(each -> each.contains("@sha256:"));
      Map<String, String> noCache = Map.of();
      assertThat(
              new InputPublisher(access, noCache, TransferListener.SILENT).foresee(request).data())
          .isEqualTo(foreseen.data());
    }
    for (TuneRequest request : List.of(folder, named)) {
      assertThat(manifests(published(request))).isEqualTo(manifests(publisher.foresee(request)));
    }
    // Rows that are not there yet: their name alone is known.
    TuneRequest gone = request(registry.host() + "/team/gone:v1", List.of(dir + "/none.json"));
    assertThat(publisher.foresee(gone)).isEqualTo(gone);
  }

  @Test
  void theRunReadsByDigestWhatWasPushedToTheNameThatWasGiven() throws Exception {
    String image = registry.host() + "/team/data:v1";

    TuneRequest inCluster = published(request(image));

    String digest = digestOf(image);
    assertThat(inCluster.data()).containsExactly(new Location.Image(image + "@" + digest));
    Typed pushed =
        Typed.command(
            environment(),
            "data",
            "push",
            rows.toString(),
            "--data-image",
            registry.host() + "/other/name:v2",
            "-o",
            "json");
    assertThat(JsonMapper.shared().readTree(pushed.out()).path("digest").stringValue())
        .as("as data push makes it")
        .isEqualTo(digest);
    assertThat(published(request(image)).data()).as("again").isEqualTo(inCluster.data());
    assertThat(downloaderArguments(inCluster))
        .contains("--data=image://" + image + "@" + digest, "--format=jsonl");
  }

  @Test
  void aChangedFileIsAnotherDigestAndTheOldRunsRowsStay() throws Exception {
    String image = registry.host() + "/team/data:v1";
    TuneRequest first = published(request(image));
    Files.writeString(rows.resolve("b.json"), "{\"q\":\"why?\",\"a\":\"no reason\"}\n");

    TuneRequest second = published(request(image));

    assertThat(second.data()).isNotEqualTo(first.data());
    String old = ((Location.Image) first.data().getFirst()).reference();
    assertThat(digestOf(registry.host() + "/team/data@" + old.substring(old.indexOf('@') + 1)))
        .as("what the first run names is there as it was")
        .isEqualTo(old.substring(old.indexOf('@') + 1));
  }

  /// Rows that a run on this machine would train on, and those that a pod makes of the image.
  private void assertSameRows(TuneRequest request, String name) throws Exception {
    Path expected = dir.resolve(name + "-here");
    Dataset.normalise(
        NormaliseRequest.of(request.data().stream().map(Location::text).toList(), expected)
            .as(request.reading()));
    Path mnt = dir.resolve(name + "-pod");
    List<String> arguments = downloaderArguments(published(request));
    arguments.removeIf(each -> each.startsWith("--model"));
    arguments.replaceAll(each -> each.startsWith("--to=") ? "--to=" + mnt : each);
    Typed downloaded = Typed.command(environment(), arguments.toArray(String[]::new));
    assertThat(downloaded.err()).as(name).doesNotContain("Error");
    assertThat(mnt.resolve("train.jsonl"))
        .as(name)
        .hasSameBinaryContentAs(expected.resolve("train.jsonl"));
  }

  @Test
  void filesThatWereNamedAreReadInThePodWhateverTheirNamesAndInTheirOrder() throws Exception {
    String image = registry.host() + "/team/data:v1";
    Path odd = Files.writeString(dir.resolve("rows.of $mine"), "{\"q\":\"odd\",\"a\":\"1\"}\n");
    Path train = Files.writeString(dir.resolve("train.json"), "{\"q\":\"t\",\"a\":\"2\"}\n");
    Path test = Files.writeString(dir.resolve("test.json"), "{\"q\":\"e\",\"a\":\"3\"}\n");
    Path second = Files.createDirectory(dir.resolve("second"));
    Files.writeString(second.resolve("z.json"), "{\"q\":\"z\",\"a\":\"4\"}\n");
    Files.writeString(second.resolve("README.md"), "no rows");

    assertSameRows(request(image, List.of(odd.toString())), "a name without a format");
    assertSameRows(request(image, List.of(train.toString(), test.toString())), "held out by name");
    assertSameRows(request(image, List.of(test.toString(), odd.toString())), "in another order");
    assertSameRows(request(image, List.of(rows + "/*.json")), "a glob");
    assertSameRows(
        request(image, List.of(second.toString(), odd.toString(), rows.toString())),
        "folders and a file");
  }

  @Test
  void aFileThatTheImageLacksIsNamedWithThoseThatItHas() throws Exception {
    TuneRequest inCluster = published(request(registry.host() + "/team/data:v1"));
    Typed downloaded =
        Typed.command(
            environment(),
            "download",
            "--data=" + inCluster.data().getFirst().text() + "#c.json",
            "--to=" + dir.resolve("none"));
    assertThat(downloaded.err()).contains("/data/c.json").contains("it has a.json, b.json");
    assertThat(downloaded.status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void aPodsDownloaderMakesOfTheImageWhatIsMadeOfTheFolder() throws Exception {
    Path eval = Files.writeString(dir.resolve("eval.json"), "{\"q\":\"2+2?\",\"a\":\"4\"}\n");
    TuneRequest request = request(registry.host() + "/team/data:v1", eval);
    Path expected = dir.resolve("expected");
    Dataset.normalise(
        NormaliseRequest.of(List.of(rows.toString()), expected)
            .as(request.reading())
            .formatted(Format.JSON_LINES)
            .evaluatedOn(List.of(eval.toString())));

    TuneRequest inCluster = published(request);
    List<String> arguments = downloaderArguments(inCluster);
    arguments.removeIf(each -> each.startsWith("--model"));
    arguments.replaceAll(each -> each.startsWith("--to=") ? "--to=" + dir.resolve("mnt") : each);
    Typed downloaded = Typed.command(environment(), arguments.toArray(String[]::new));

    assertThat(downloaded.err()).doesNotContain("Error");
    assertThat(downloaded.status()).isZero();
    for (String file : List.of("train.jsonl", "eval.jsonl")) {
      assertThat(dir.resolve("mnt").resolve(file))
          .as(file)
          .hasSameBinaryContentAs(expected.resolve(file));
    }
    assertThat(((Location.Image) inCluster.evalData().getFirst()).reference())
        .startsWith(registry.host() + "/team/data:v1-eval@sha256:");
    JsonNode events = JsonMapper.shared().readTree(downloaded.out().lines().toList().getLast());
    assertThat(events.path("rows").intValue()).isEqualTo(2);
  }
}
