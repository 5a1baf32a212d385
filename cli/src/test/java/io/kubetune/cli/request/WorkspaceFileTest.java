package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkspaceFileTest {
  private static final String WORKSPACE =
      """
      apiVersion: kaito.sh/v1beta1
      kind: Workspace
      metadata:
        name: workspace-tuning-phi
      resource:
        instanceType: Standard_NC24ads_A100_v4
        labelSelector:
          matchLabels:
            app: tuning-phi
      tuning:
        preset:
          name: phi-3-mini-128k-instruct
        method: QLoRA
        config: my-config
        input:
          urls:
            - "https://h.example.com/a.parquet?download=true"
        output:
          image: "registry.example.com/adapters/phi:1"
          imagePushSecret: push
      """;
  private static final String CONFIG_MAP =
      """
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: my-config
      data:
        training_config.yaml: |
          training_config:
            QuantizationConfig: {load_in_4bit: true}
            LoraConfig: {r: 16}
      """;

  @Test
  void aWorkspaceAndItsConfigMapBecomeARequestForAJob() {
    TuneRequest request = read(WORKSPACE + CONFIG_MAP);
    assertThat(request.name()).isEqualTo("workspace-tuning-phi");
    assertThat(request.runtime()).isEqualTo(RuntimeKind.JOB);
    assertThat(request.method()).isEqualTo(Method.QLORA);
    assertThat(request.model()).isEqualTo(new Location.Preset("phi-3-mini-128k-instruct"));
    assertThat(request.data())
        .containsExactly(
            new Location.Url(URI.create("https://h.example.com/a.parquet?download=true")));
    assertThat(request.output()).contains(new Output.Image("registry.example.com/adapters/phi:1"));
    assertThat(request.outputSecret()).contains("push");
    assertThat(request.pod().instanceType()).contains("Standard_NC24ads_A100_v4");
    assertThat(request.pod().nodeSelector()).isEqualTo(Map.of("app", "tuning-phi"));
    assertThat(request.config().text())
        .isEqualTo(
            Optional.of(
                "training_config:\n  QuantizationConfig: {load_in_4bit: true}\n  LoraConfig: {r: 16}\n"));
    assertThat(request.config().name()).isEqualTo("stdin:27 data.training_config.yaml");
  }

  @Test
  void claimsAreClaimsAndOtherVolumesStayAsTheyAre() {
    TuneRequest request =
        read(
            """
            apiVersion: kaito.sh/v1alpha1
            kind: Workspace
            metadata: {name: w}
            resource: {labelSelector: {matchLabels: {a: b}}}
            tuning:
              preset: {name: phi-4}
              method: lora
              input:
                volumeSource:
                  nfs: {server: nfs.example.com, path: /data, readOnly: true}
              output:
                volumeSource: {persistentVolumeClaim: {claimName: results}}
            """);
    assertThat(request.data())
        .containsExactly(
            new Location.Volume(
                Map.of(
                    "nfs",
                    Map.of("server", "nfs.example.com", "path", "/data", "readOnly", true))));
    assertThat(request.output()).contains(new Output.Claim("results", ""));
  }

  @Test
  void expressionsAndPreferredNodesBecomeNodeAffinity() {
    TuneRequest request =
        read(
            WORKSPACE
                    .replace(
                        "    matchLabels:\n      app: tuning-phi\n",
                        "    matchExpressions:\n    - {key: gpu, operator: In, values: [a100, \"1\"]}\n")
                    .replace("tuning:\n", "  preferredNodes: [n1]\ntuning:\n")
                + CONFIG_MAP);
    assertThat(request.pod().affinity())
        .isEqualTo(
            Map.of(
                "nodeAffinity",
                Map.of(
                    "requiredDuringSchedulingIgnoredDuringExecution",
                    Map.of(
                        "nodeSelectorTerms",
                        List.of(
                            Map.of(
                                "matchExpressions",
                                List.of(
                                    Map.of(
                                        "key", "gpu",
                                        "operator", "In",
                                        "values", List.of("a100", "1")))))),
                    "preferredDuringSchedulingIgnoredDuringExecution",
                    List.of(
                        Map.of(
                            "weight",
                            100,
                            "preference",
                            Map.of(
                                "matchExpressions",
                                List.of(
                                    Map.of(
                                        "key", "kubernetes.io/hostname",
                                        "operator", "In",
                                        "values", List.of("n1")))))))));
  }

  @Test
  void everyFieldThatIsNotHonouredIsNamed() {
    List<Problem> problems =
        problemsOf(
            """
            apiVersion: kaito.sh/v1
            kind: Workspace
            metadata: {name: w, uid: abc}
            resource: {count: 2, labelSelector: {}, partition: {mode: mig}}
            inference: {preset: {name: x}}
            tuning:
              preset: {name: phi-4, accessMode: private, presetOptions: {image: x}}
              methods: lora
              config: gone
              input: {urls: [https://h/x], image: y}
              output: {imageSecret: z}
            status: {}
            """);
    assertThat(problems.stream().map(Problem::place))
        .containsExactlyInAnyOrder(
            "stdin:1 apiVersion",
            "stdin:3 metadata.uid",
            "stdin:4 resource.count",
            "stdin:4 resource.partition",
            "stdin:5 inference",
            "stdin:7 tuning.preset.accessMode",
            "stdin:7 tuning.preset.presetOptions.image",
            "stdin:8 tuning.methods",
            "stdin tuning.config",
            "stdin:10 tuning.input",
            "stdin:11 tuning.output",
            "stdin:11 tuning.output.imageSecret",
            "stdin:12 status",
            "--output-image");
  }

  @Test
  void whatTheWorkspaceLeavesOutIsAsKaitoHasIt() {
    for (String config : new String[] {"", "  config: qlora-params-template\n"}) {
      TuneRequest request = read(WORKSPACE.replace("  config: my-config\n", config));
      TrainingConfig training =
          RunConfig.of(request, Map.of("TrainingArguments.output_dir", "/mnt/results")).config();
      assertThat(training.quantization().kind()).isEqualTo(TrainingConfig.Quantization.Kind.NF4);
      assertThat(training.lora().alpha()).isEqualTo(8);
      assertThat(training.lora().targetModules()).isEmpty();
      assertThat(training.dataset().trainShare()).isEqualTo(1);
    }
  }

  @Test
  void aMethodThatTheConfigContradictsIsRefusedAsKaitoRefusesIt() {
    assertThat(
            problemsOf(WORKSPACE + CONFIG_MAP.replace("load_in_4bit: true", "load_in_4bit: false")))
        .hasSize(1)
        .first()
        .extracting(Problem::found)
        .isEqualTo("qlora without quantized weights");
  }

  @Test
  void twoDocumentsOfAKindAndAConfigMapOfAnotherNameAreRefused() {
    assertThat(problemsOf(WORKSPACE + "---\n" + WORKSPACE + CONFIG_MAP).toString())
        .contains("a second Workspace");
    assertThat(problemsOf(WORKSPACE + CONFIG_MAP.replace("my-config", "other")).toString())
        .contains("named 'other', the Workspace wants 'my-config'");
    assertThat(problemsOf(CONFIG_MAP).toString()).contains("no Tune and no Workspace");
  }

  private static TuneRequest read(String text) {
    return new RequestReader(
            Path.of("").toAbsolutePath(),
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
            "abcde")
        .read(Flags.of(Map.of(Field.FILE, List.of("-"))));
  }

  private static List<Problem> problemsOf(String text) {
    TuneException refused = catchThrowableOfType(TuneException.class, () -> read(text));
    assertThat(refused).isNotNull();
    return refused.problems();
  }
}
