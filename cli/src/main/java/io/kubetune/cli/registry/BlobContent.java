package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.OutputStream;

/// Bytes that can be written as often as a broken upload needs them, the same each time.
///
/// ```
/// BlobContent config = out -> out.write(json);
/// ```
@FunctionalInterface
public interface BlobContent {
  void writeTo(OutputStream out) throws IOException;
}
