package io.kubetune.cli.inspect;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this machine has for a run of runtime local.
///
/// ```
/// MachineFacts.here().memoryBytes()
/// ```
///
/// @param memoryBytes of the machine, or the container's limit
/// @param bfloat16 the CPU multiplies bf16 by instructions of its own
public record MachineFacts(long memoryBytes, int cpus, boolean bfloat16) {

  public static MachineFacts here() {
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new MachineFacts(
        machine.getTotalMemorySize(),
        Runtime.getRuntime().availableProcessors(),
        bfloat16(Path.of("/proc/cpuinfo")));
  }

  private static boolean bfloat16(Path cpuinfo) {
    try {
      String flags = Files.readString(cpuinfo);
      return flags.contains(" amx_bf16") || flags.contains(" avx512_bf16");
    } catch (IOException notLinux) {
      return false;
    }
  }
}
