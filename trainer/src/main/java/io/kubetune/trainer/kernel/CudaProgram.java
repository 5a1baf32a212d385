package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.CudaDriver;
import io.kubetune.trainer.tensor.Placement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Our own kernels, compiled for the GPU at hand by CUDA's run-time compiler and started through
/// the driver, on the stream that libtorch uses.
///
/// libtorch brings the compiler's library along, so nothing is added to an image. Where it is
/// missing there is no program, and libtorch's single operations take the kernels' place.
///
/// ```
/// program.launch("swiglu_bf16", blocks, 256, both, h, vectors, f);
/// ```
final class CudaProgram {
  private static final String SOURCE = "kernels.cu";
  private static final String[] COMPILERS = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};
  private static final int LARGEST_ARGUMENTS = 16;

  private final CudaDriver driver;
  private final MemorySegment module;
  private final MethodHandle launch;
  private final Map<String, MemorySegment> functions = new HashMap<>();
  // Written anew for each launch: the driver has copied it when the call returns.
  private final MemorySegment values = Arena.global().allocate(8L * LARGEST_ARGUMENTS, 8);
  private final MemorySegment addresses = Arena.global().allocate(8L * LARGEST_ARGUMENTS, 8);

  private CudaProgram(CudaDriver driver, MemorySegment module) {
    this.driver = driver;
    this.module = module;
    this.launch =
        driver.function(
            "cuLaunchKernel",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    for (int i = 0; i < LARGEST_ARGUMENTS; i++) {
      addresses.setAtIndex(ValueLayout.ADDRESS, i, values.asSlice(8L * i));
    }
  }

  /// Compiles and loads; called by a thread that has computed on the GPU before.
  ///
  /// @return empty where there is no GPU or no compiler
  /// @throws IllegalStateException with the compiler's own words where the source is refused
  static Optional<CudaProgram> load() {
    if (!Placement.isGpu()) {
      return Optional.empty();
    }
    Optional<SymbolLookup> compiler = compiler();
    if (compiler.isEmpty()) {
      return Optional.empty();
    }
    CudaDriver driver = CudaDriver.find().orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment binary = compile(compiler.get(), driver.computeCapability(0), arena);
      MemorySegment module = arena.allocate(ValueLayout.ADDRESS);
      require("cuModuleLoadData", driver.call("cuModuleLoadData", module, binary));
      return Optional.of(new CudaProgram(driver, module.get(ValueLayout.ADDRESS, 0)));
    }
  }

  private static Optional<SymbolLookup> compiler() {
    for (String name : COMPILERS) {
      try {
        return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalArgumentException notThisOne) {
        continue;
      }
    }
    return Optional.empty();
  }

  /// The machine code for one generation of GPUs.
  ///
  /// @param computeCapability 90 for an H100
  private static MemorySegment compile(SymbolLookup compiler, int computeCapability, Arena arena) {
    MemorySegment program = arena.allocate(ValueLayout.ADDRESS);
    MemorySegment none = MemorySegment.NULL;
    MemorySegment source = arena.allocateFrom(source());
    MemorySegment name = arena.allocateFrom(SOURCE);
    require(
        "nvrtcCreateProgram",
        call(compiler, "nvrtcCreateProgram", program, source, name, 0, none, none));
    MemorySegment handle = program.get(ValueLayout.ADDRESS, 0);
    MemorySegment options = arena.allocate(ValueLayout.ADDRESS, 2);
    options.setAtIndex(
        ValueLayout.ADDRESS, 0, arena.allocateFrom("--gpu-architecture=sm_" + computeCapability));
    options.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocateFrom("--std=c++17"));
    int result = call(compiler, "nvrtcCompileProgram", handle, 2, options);
    if (result != 0) {
      byte[] log =
          bytes(compiler, "nvrtcGetProgramLog", handle, arena).toArray(ValueLayout.JAVA_BYTE);
      throw new IllegalStateException(
          "the kernels don't compile: " + new String(log, StandardCharsets.UTF_8));
    }
    MemorySegment binary = bytes(compiler, "nvrtcGetCUBIN", handle, arena);
    call(compiler, "nvrtcDestroyProgram", program);
    return binary;
  }

  /// What a pair of functions gives: `nameSize` says how much `name` writes.
  private static MemorySegment bytes(
      SymbolLookup compiler, String name, MemorySegment handle, Arena arena) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    require(name + "Size", call(compiler, name + "Size", handle, size));
    MemorySegment bytes = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
    require(name, call(compiler, name, handle, bytes));
    return bytes;
  }

  private static int call(SymbolLookup library, String function, Object... arguments) {
    return CudaDriver.call(library, function, arguments);
  }

  private static void require(String function, int result) {
    if (result != 0) {
      throw new IllegalStateException(function + " gave error " + result);
    }
  }

  private static String source() {
    try (InputStream in = CudaProgram.class.getResourceAsStream(SOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts a kernel; returns before it has run.
  ///
  /// @param arguments as the kernel declares them: Long for addresses and long long, Integer, Float
  synchronized void launch(String kernel, long blocks, int threads, Object... arguments) {
    if (blocks == 0) {
      return;
    }
    MemorySegment function = functions.computeIfAbsent(kernel, this::find);
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case Long number -> values.set(ValueLayout.JAVA_LONG, 8L * i, number);
        case Integer number -> values.set(ValueLayout.JAVA_INT, 8L * i, number);
        case Float number -> values.set(ValueLayout.JAVA_FLOAT, 8L * i, number);
        default -> throw new IllegalArgumentException("no parameter: " + arguments[i]);
      }
    }
    try {
      int result =
          (int)
              launch.invokeExact(
                  function,
                  Math.toIntExact(blocks),
                  1,
                  1,
                  threads,
                  1,
                  1,
                  0,
                  MemorySegment.NULL, // the default stream, libtorch's own
                  addresses,
                  MemorySegment.NULL);
      require(kernel, result);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("can't start " + kernel, e);
    }
  }

  private MemorySegment find(String kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment function = arena.allocate(ValueLayout.ADDRESS);
      require(
          "cuModuleGetFunction",
          driver.call("cuModuleGetFunction", function, module, arena.allocateFrom(kernel)));
      return function.get(ValueLayout.ADDRESS, 0);
    }
  }
}
