package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.MemoryEstimate.Device;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.PodRequest;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainedArchitectures;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Everything about a run that is decided before anything is made: pure, from the request and what
/// was found out.
///
/// ```
/// TunePlan plan = TunePlan.of(request, RunConfig.of(request, Map.of()), Optional.empty(), MachineFacts.here(), "0.1.0");
/// plan.memory().map(MemoryEstimate::totalBytes)
/// ```
///
/// @param model empty where the model's sizes are not known on this side
/// @param memory empty where the model's sizes are not known
/// @param plainHttp the pod speaks http to registries
public record TunePlan(
    TuneRequest request,
    RunConfig config,
    Optional<ModelDimensions> model,
    Optional<MemoryEstimate> memory,
    PodImages images,
    PodResources resources,
    boolean plainHttp) {

  /// Training is bound by memory traffic beyond a few cores, and so many fit most nodes.
  private static final String CPUS = "4";

  /// Above the estimate, which peaks were measured to lie 0 to 8 % below of: for the rows, which
  /// are held too, and for what the estimate does not know of.
  private static final double HEADROOM = 1.15;

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /// @param inspected sizes of a model folder, where the model is one
  /// @param here this machine, which runtime local trains on
  /// @throws TuneException BAD_MODEL or BAD_REQUEST where the run can't be planned
  public static TunePlan of(
      TuneRequest request,
      RunConfig config,
      Optional<ModelDimensions> inspected,
      MachineFacts here,
      String version) {
    List<Problem> problems = new ArrayList<>();
    Optional<Preset> preset = preset(request.model());
    Optional<ModelDimensions> model = inspected.or(() -> preset.map(Preset::dimensions));
    boolean ourTrainer = request.runtime() != RuntimeKind.KAITO;
    if (ourTrainer && model.filter(m -> !isTrained(m)).isPresent()) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't tune this model",
          request.model().text(),
          "architecture " + model.get().modelType() + " is not supported",
          "supported: " + String.join(", ", TrainedArchitectures.MODEL_TYPES));
    }
    PodRequest pod = request.pod();
    // A machine type is asked for because of its GPUs: KAITO knows no others.
    int gpus = pod.gpus().orElse(pod.instanceType().isPresent() ? 1 : 0);
    NumberType compute = compute(request, config, here, gpus);
    String cpus = pod.cpu().orElse(CPUS);
    Device device =
        gpus > 0
            ? new Device.OnGpu()
            : new Device.OnCpu(
                config.config().kubetune().threads() > 0
                    ? config.config().kubetune().threads()
                    : request.runtime() == RuntimeKind.LOCAL ? here.cpus() : cores(cpus));
    Optional<MemoryEstimate> memory =
        model.map(m -> MemoryEstimate.of(m, config.config(), compute, device));
    Optional<String> memoryLimit = pod.memory().or(() -> memory.map(m -> limit(m, gpus)));
    if (request.runtime() == RuntimeKind.JOB && memoryLimit.isEmpty()) {
      problems.add(
          new Problem(
              "--memory",
              "the sizes of " + request.model().text() + " are not known here",
              "give the trainer's memory, for example --memory 16Gi"));
    }
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't plan this run", problems);
    }
    return new TunePlan(
        request,
        config,
        model,
        memory,
        PodImages.of(request, gpus, version),
        new PodResources(cpus, memoryLimit.orElse("1Gi"), gpus, pod.gpuResource()),
        false);
  }

  public TunePlan withPlainHttp(boolean plain) {
    return new TunePlan(request, config, model, memory, images, resources, plain);
  }

  /// Parameters that are trained; empty where the model's sizes are not known.
  public Optional<Long> trainableParameters() {
    return model.map(sizes -> AdapterSize.parameters(sizes, config.config().lora()));
  }

  /// What the trainer will compute in. A node's CPU is not known here: without bf16 instructions it
  /// is fp32, which needs more.
  private static NumberType compute(
      TuneRequest request, RunConfig config, MachineFacts here, int gpus) {
    NumberType asked = config.config().kubetune().computeType();
    boolean bfloat16 = request.runtime() == RuntimeKind.LOCAL ? here.bfloat16() : gpus > 0;
    return switch (asked) {
      case AUTO -> bfloat16 ? NumberType.BFLOAT16 : NumberType.FLOAT32;
      case BFLOAT16, FLOAT32 -> asked;
      case FLOAT16 -> NumberType.FLOAT32; // fp16 arithmetic overflows; the trainer takes fp32
    };
  }

  private static Optional<Preset> preset(Location model) {
    return switch (model) {
      case Location.Preset(String name) -> Presets.find(name);
      case Location.HuggingFace(String repository, Optional<String> revision) ->
          Presets.ofRepository(repository);
      case Location.Local _,
          Location.Image _,
          Location.Claim _,
          Location.Volume _,
          Location.Url _ ->
          Optional.empty();
    };
  }

  private static boolean isTrained(ModelDimensions model) {
    return TrainedArchitectures.MODEL_TYPES.contains(model.modelType());
  }

  /// On a GPU the pod's own memory holds the runtime and one tensor at a time on its way there.
  private static String limit(MemoryEstimate memory, int gpus) {
    long bytes =
        gpus > 0 ? memory.runtimeBytes() + memory.weightBytes() / 4 + 4 * GIB : memory.totalBytes();
    long quarters = (long) Math.ceil(bytes * HEADROOM / (GIB / 4));
    return quarters % 4 == 0 ? quarters / 4 + "Gi" : quarters * (GIB / 4 / MIB) + "Mi";
  }

  /// What the JVM makes of a container's CPUs: it rounds up.
  private static int cores(String cpus) {
    return Math.max(1, (int) Math.ceil(new Quantity(cpus).getNumericalAmount().doubleValue()));
  }
}
