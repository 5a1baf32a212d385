package io.kubetune.trainer.train;

import io.kubetune.trainer.tensor.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process has taken of the machine's memory, native memory included.
///
/// ```
/// long peak = ProcessMemory.peakResidentBytes();
/// ```
public final class ProcessMemory {
  private ProcessMemory() {}

  /// What decides whether a run fits: the most that was taken of the GPU, where this process
  /// computes on one, else of the host's memory.
  public static long peakBytes() {
    return Placement.gpuUsedBytes().orElseGet(ProcessMemory::peakResidentBytes);
  }

  /// `VmHWM` of `/proc/self/status`; 0 on a system that has no such file.
  public static long peakResidentBytes() {
    return status("VmHWM:");
  }

  /// `VmRSS`; 0 on a system that has no such file.
  public static long residentBytes() {
    return status("VmRSS:");
  }

  private static long status(String key) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith(key)) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")); // the kernel counts in KiB
        }
      }
    } catch (IOException notLinux) {
      // Only Linux has this file; the figure is a convenience that no one computes with.
    }
    return 0;
  }
}
