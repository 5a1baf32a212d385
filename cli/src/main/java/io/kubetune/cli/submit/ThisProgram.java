package io.kubetune.cli.submit;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// How to run this same program again, as a native binary or on a JVM.
///
/// ```
/// ThisProgram.command("supervise", "/…/runs/first")   // [/usr/bin/kubectl-tune, supervise, /…]
/// ```
final class ThisProgram {
  private static final String MAIN_CLASS = "io.kubetune.cli.Main";

  private ThisProgram() {}

  /// The native binary, or `java` where this runs on a JVM.
  static Path executable() {
    return ProcessHandle.current()
        .info()
        .command()
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("java.home", ""), "bin", "java"));
  }

  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(executable().toString());
    if (!isNative()) {
      // A supervisor waits; it needs no big heap, no compiler threads and no second collector.
      command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      command.addAll(List.of("-cp", absoluteClassPath(), MAIN_CLASS));
    }
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  // Set by GraalVM in every native image (org.graalvm.nativeimage.ImageInfo).
  private static boolean isNative() {
    return System.getProperty("org.graalvm.nativeimage.imagecode") != null;
  }

  private static String absoluteClassPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
