package io.kubetune.trainer.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// NVIDIA's driver, asked by its own C interface: what GPUs there are, and how full the one in use
/// is.
///
/// It needs neither libtorch nor CUDA's runtime, so it can tell a machine without a GPU from a
/// trainer that was built without CUDA.
///
/// ```
/// CudaDriver.find().ifPresent(driver -> driver.name(0));   // "NVIDIA H100 80GB HBM3"
/// ```
public final class CudaDriver {
  private static final int COMPUTE_CAPABILITY_MAJOR = 75;
  private static final int COMPUTE_CAPABILITY_MINOR = 76;
  private static final Optional<CudaDriver> DRIVER = load();

  private final SymbolLookup library;
  private final int count;

  private CudaDriver(SymbolLookup library, int count) {
    this.library = library;
    this.count = count;
  }

  /// Empty where the machine has no driver, or no GPU that this process may use.
  public static Optional<CudaDriver> find() {
    return DRIVER;
  }

  private static Optional<CudaDriver> load() {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
    } catch (IllegalArgumentException noDriver) {
      return Optional.empty();
    }
    CudaDriver driver = new CudaDriver(library, 0);
    if (driver.call("cuInit", 0) != 0) {
      return Optional.empty();
    }
    int count = driver.integer("cuDeviceGetCount");
    return count > 0 ? Optional.of(new CudaDriver(library, count)) : Optional.empty();
  }

  public int count() {
    return count;
  }

  /// As the vendor calls it.
  public String name(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(256);
      check("cuDeviceGetName", call("cuDeviceGetName", text, 256, handle(device)));
      return text.getString(0);
    }
  }

  /// 10 · major + minor: 80 is an A100, 90 an H100.
  public int computeCapability(int device) {
    return 10 * integer("cuDeviceGetAttribute", COMPUTE_CAPABILITY_MAJOR, handle(device))
        + integer("cuDeviceGetAttribute", COMPUTE_CAPABILITY_MINOR, handle(device));
  }

  public long memoryBytes(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(ValueLayout.JAVA_LONG);
      check("cuDeviceTotalMem_v2", call("cuDeviceTotalMem_v2", bytes, handle(device)));
      return bytes.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /// Bytes taken of the GPU that this thread computes on, by all processes; 0 before its first
  /// operation there.
  ///
  /// libtorch keeps what it once had, so after a step this is the most that the step needed.
  public long usedBytes() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
      return call("cuMemGetInfo_v2", free, total) == 0
          ? total.get(ValueLayout.JAVA_LONG, 0) - free.get(ValueLayout.JAVA_LONG, 0)
          : 0;
    }
  }

  private int handle(int device) {
    return integer("cuDeviceGet", device);
  }

  /// A function whose first parameter is where an int goes.
  private int integer(String function, int... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
      Object[] all = new Object[arguments.length + 1];
      all[0] = result;
      for (int i = 0; i < arguments.length; i++) {
        all[i + 1] = arguments[i];
      }
      check(function, call(function, all));
      return result.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static void check(String function, int result) {
    if (result != 0) {
      throw new IllegalStateException("the GPU's driver: " + function + " gave error " + result);
    }
  }

  /// A function of the driver, to call it often.
  public MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }

  /// Calls a function of the driver by its name: ints, longs and addresses in, CUresult out.
  public int call(String function, Object... arguments) {
    return call(library, function, arguments);
  }

  /// The same of any library whose functions return an int.
  public static int call(SymbolLookup library, String function, Object... arguments) {
    MemoryLayout[] types = new MemoryLayout[arguments.length];
    for (int i = 0; i < types.length; i++) {
      types[i] =
          switch (arguments[i]) {
            case Integer number -> ValueLayout.JAVA_INT;
            case Long number -> ValueLayout.JAVA_LONG;
            case MemorySegment address -> ValueLayout.ADDRESS;
            default -> throw new IllegalArgumentException("no C type for " + arguments[i]);
          };
    }
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("can't call " + function, e);
    }
  }
}
