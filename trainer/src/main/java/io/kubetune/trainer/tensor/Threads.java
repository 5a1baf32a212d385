package io.kubetune.trainer.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.pytorch.global.torch;

/// How many threads one operation uses.
///
/// libtorch's own setting reaches its loops and oneDNN, each thread by itself; OpenBLAS, which
/// computes fp32 products, has one count for the process and is told apart.
public final class Threads {
  private static final MethodHandle OPENBLAS = find("openblas_set_num_threads");

  private Threads() {}

  /// For operations of this thread, and OpenBLAS's of all threads.
  public static void perOperation(int threads) {
    torch.set_num_threads(threads);
    if (OPENBLAS != null) {
      try {
        OPENBLAS.invokeExact(threads);
      } catch (Throwable e) {
        throw new IllegalStateException("OpenBLAS refused " + threads + " threads", e);
      }
    }
  }

  /// Null where this libtorch computes products with another library.
  private static MethodHandle find(String function) {
    torch.get_num_threads(); // the libraries are loaded with the first call
    return SymbolLookup.loaderLookup()
        .find(function)
        .map(address ->
            Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)))
        .orElse(null);
  }
}
