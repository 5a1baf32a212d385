package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Ranges;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;

/// Our own kernels for CPUs (src/main/native), compiled when the trainer is built, once for each
/// generation of processors; the one for this machine's is chosen here.
///
/// The library lies among libtorch's, or beside this class where it runs from a folder of classes.
/// Where there is none, or none for this processor, libtorch's single operations take the kernels'
/// place.
///
/// ```
/// program.launch("swiglu_bf16", rows, 16, both, h, f);
/// ```
final class HostProgram {
  /// Multiplications that are worth a thread: some 50 µs of them.
  static final long PRODUCTS_A_THREAD = 1 << 21;

  private static final String LIBRARY = "libkubetune-kernels.so";

  /// The generation that kernels by matrix tiles are compiled for.
  private static final int TILES_FROM = 5;

  private static final int LARGEST_ARGUMENTS = 40;
  private static final FunctionDescriptor KERNEL =
      FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private final SymbolLookup library;
  private final String level;
  private final boolean tiles;
  private final Map<String, MethodHandle> kernels = new ConcurrentHashMap<>();
  private final ThreadLocal<MemorySegment> arguments =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8L * LARGEST_ARGUMENTS, 8));

  private HostProgram(SymbolLookup library, int level) {
    this.library = library;
    this.level = "_v" + level;
    this.tiles = level >= TILES_FROM && ask(library, "kubetune_kernels_tiles") != 0;
  }

  /// @return empty where there is no library or no kernel in it for this processor
  static Optional<HostProgram> load() {
    return file()
        .map(file -> SymbolLookup.libraryLookup(file, Arena.global()))
        .flatMap(library -> {
          int level = level(library);
          return level == 0 ? Optional.empty() : Optional.of(new HostProgram(library, level));
        });
  }

  private static Optional<Path> file() {
    for (String folder : System.getProperty("java.library.path", "").split(File.pathSeparator)) {
      Path file = Path.of(folder, LIBRARY);
      if (Files.exists(file)) {
        return Optional.of(file.toAbsolutePath());
      }
    }
    URL beside = HostProgram.class.getResource(LIBRARY);
    return beside != null && beside.getProtocol().equals("file")
        ? Optional.of(Path.of(URI.create(beside.toString())))
        : Optional.empty();
  }

  private static int level(SymbolLookup library) {
    int here = ask(library, "kubetune_kernels_level");
    return switch (System.getenv(LayerKernels.SWITCH)) {
      case "avx2" -> Math.min(here, 3);
      case "avx512" -> Math.min(here, 4);
      case null, default -> here;
    };
  }

  private static int ask(SymbolLookup library, String question) {
    MethodHandle answer =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow(question), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return (int) answer.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("can't ask " + LIBRARY + ": " + question, e);
    }
  }

  /// Whether this processor multiplies bf16 by matrix tiles.
  boolean hasTiles() {
    return tiles;
  }

  /// Runs a kernel over its rows, on as many threads as libtorch uses; returns when all are done.
  ///
  /// @param smallest rows that are worth a thread of their own
  /// @param values as the kernel declares them: Long for addresses and numbers, Float
  void launch(String kernel, long rows, long smallest, Object... values) {
    MethodHandle handle = kernels.computeIfAbsent(kernel, this::find);
    MemorySegment block = arguments.get();
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case Long number -> block.set(ValueLayout.JAVA_LONG, 8L * i, number);
        case Float number -> block.set(ValueLayout.JAVA_FLOAT, 8L * i, number);
        default -> throw new IllegalArgumentException("no parameter: " + values[i]);
      }
    }
    Ranges.each(
        Math.toIntExact(rows),
        Math.toIntExact(Math.max(1, smallest)),
        (from, to) -> {
          try {
            handle.invokeExact(block, (long) from, (long) to);
          } catch (Throwable e) {
            throw new IllegalStateException("can't run " + kernel, e);
          }
        });
  }

  /// Where a tensor's values begin.
  ///
  /// @throws IllegalArgumentException where a row of it has gaps, which kernels can't take
  static long rows(Tensor tensor) {
    if (tensor.stride(-1) != 1 && tensor.size(-1) > 1) {
      throw new IllegalArgumentException("a row has gaps of " + tensor.stride(-1) + " values");
    }
    return tensor.data_ptr().address();
  }

  private MethodHandle find(String kernel) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(kernel + level), KERNEL);
  }
}
