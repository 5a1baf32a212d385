package io.kubetune.trainer.train;

import io.kubetune.trainer.lora.Parameters;
import java.io.IOException;
import java.nio.file.Path;

/// Writes what was trained in the form that others load.
///
/// A checkpoint holds a copy, so that one can be tried while the run goes on.
@FunctionalInterface
public interface AdapterFormat {
  /// @param folder that is there already; files of the same names are replaced
  void writeTo(Path folder, Parameters parameters) throws IOException;
}
