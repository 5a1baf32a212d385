package io.kubetune.trainer.tensor;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Device;
import io.kubetune.contract.TuneException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Where this process keeps its tensors and computes: the host, or one GPU. Chosen once, before the
/// first tensor is made.
///
/// ```
/// Placement.choose(Device.AUTO);
/// Tensor ids = Placement.longs(batch.tokens());   // [T] int64, there
/// ```
public final class Placement {
  /// Names the CUDA library of libtorch where it does not come with the bindings.
  private static final String CUDA_LIBRARY = "libtorch_cuda.so";

  private static volatile Gpu gpu;

  private Placement() {}

  /// @param index among the GPUs that this process may use
  private record Gpu(
      int index, String name, int computeCapability, CudaDriver driver, DeviceOptional device) {}

  /// Decides where to compute.
  ///
  /// @param asked AUTO: a GPU where there is one and this trainer's libtorch has CUDA
  /// @throws TuneException NOT_SUPPORTED where a GPU is asked for and there is none to compute on
  public static void choose(Device asked) {
    Optional<CudaDriver> driver = asked == Device.CPU ? Optional.empty() : CudaDriver.find();
    boolean usable = driver.isPresent() && libtorchHasCuda();
    if (asked == Device.CUDA && !usable) {
      throw new TuneException(
          ExitCode.NOT_SUPPORTED,
          "can't train on a GPU",
          "KubetuneConfig.device",
          driver.isPresent()
              ? "is cuda, and this trainer's libtorch was built without it"
              : "is cuda, and this machine has no NVIDIA driver or no GPU",
          driver.isPresent()
              ? "use the trainer image for GPUs, or set device: auto"
              : "ask for a GPU (--gpus 1), or set device: auto");
    }
    gpu = usable ? open(driver.get()) : null;
  }

  private static Gpu open(CudaDriver driver) {
    DeviceOptional device =
        new DeviceOptional(new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) 0));
    device.retainReference(); // no scope frees it
    return new Gpu(0, driver.name(0), driver.computeCapability(0), driver, device);
  }

  /// The bindings for the CPU load over a libtorch with CUDA too, but do not ask for its part; it
  /// registers itself, which has to be before libtorch first looks.
  private static boolean libtorchHasCuda() {
    for (String folder : System.getProperty("java.library.path", "").split(File.pathSeparator)) {
      Path library = Path.of(folder, CUDA_LIBRARY);
      if (Files.exists(library)) {
        System.load(library.toAbsolutePath().toString());
        break;
      }
    }
    return torch.cuda_is_available();
  }

  public static boolean isGpu() {
    return gpu != null;
  }

  /// For the first event: `cpu`, or `cuda (NVIDIA H100 80GB HBM3)`.
  public static String description() {
    Gpu here = gpu;
    return here == null ? "cpu" : "cuda (" + here.name() + ")";
  }

  /// As [CudaDriver#computeCapability]; 0 on the host.
  static int computeCapability() {
    Gpu here = gpu;
    return here == null ? 0 : here.computeCapability();
  }

  /// All memory of the GPU; empty on the host.
  public static Optional<Long> gpuMemoryBytes() {
    return Optional.ofNullable(gpu).map(here -> here.driver().memoryBytes(here.index()));
  }

  /// What is taken of the GPU's memory; empty on the host.
  public static Optional<Long> gpuUsedBytes() {
    return Optional.ofNullable(gpu).map(here -> here.driver().usedBytes());
  }

  private static TensorOptions options(ScalarType type) {
    TensorOptions options = new TensorOptions(type);
    Gpu here = gpu;
    return here == null ? options : options.device(here.device());
  }

  /// Values not set.
  public static Tensor empty(ScalarType type, long... shape) {
    return torch.empty(shape, options(type), new MemoryFormatOptional());
  }

  public static Tensor zeros(ScalarType type, long... shape) {
    return torch.zeros(shape, options(type));
  }

  /// [n] int64.
  public static Tensor longs(int[] values) {
    return here(HostArrays.longs(values));
  }

  /// [n] int64.
  public static Tensor longs(long[] values) {
    return here(HostArrays.longs(values));
  }

  /// The same values where this process computes: the tensor itself, or a copy on the GPU.
  public static Tensor here(Tensor host) {
    Gpu gpuHere = gpu;
    return gpuHere == null ? host : host.to(gpuHere.device().get(), host.scalar_type());
  }

  /// A copy of a tensor of the host that lives as long as its owner.
  public static Tensor copy(Tensor host) {
    return gpu == null ? host.clone() : here(host);
  }

  /// Waits until the GPU has done what it was asked for, so that a clock can be read.
  public static void await() {
    if (gpu != null) {
      torch.cuda_synchronize();
    }
  }
}
