package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig.KubetuneConfig.Device;
import io.kubetune.trainer.tensor.Placement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Holds this trainer against reference values that Hugging Face's libraries computed, folder by
/// folder, and its kernels against libtorch's operations; on a GPU where there is one.
///
/// ```
/// scripts/golden ../shared/goldens/models/*
/// ```
public final class GoldenCheck {
  private GoldenCheck() {}

  /// Runs all that is in each folder and prints `N passed, N failed` last.
  ///
  /// @return 0, or 1 where a comparison failed
  public static int run(String[] folders, PrintStream out) {
    Placement.choose(Device.AUTO);
    Report report = new Report(out);
    out.println("on " + Placement.description());
    new KernelGolden(report).run();
    for (String each : folders) {
      Path folder = Path.of(each);
      try {
        if (Files.exists(folder.resolve("golden.json"))) {
          if (Files.isDirectory(folder.resolve("adapter"))) {
            new QloraGolden(folder, report).run();
          } else {
            new ModelGolden(folder, report).run();
          }
        } else if (Files.exists(folder.resolve("tensors.safetensors"))) {
          new Nf4Golden(folder, report).run();
        } else {
          report.failed(each, "folder", "neither golden.json nor tensors.safetensors is in it");
        }
      } catch (IOException e) {
        report.failed(each, "folder", e.toString());
      }
    }
    return report.finish() == 0 ? 0 : 1;
  }
}
