package io.kubetune.trainer.data;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Loads the native library of Hugging Face's tokenizers: the file that `RUST_LIBRARY_PATH` names
/// (environment or system property), else the one in DJL's jar, unpacked for the moment of loading.
///
/// Left to itself, DJL writes the library to a cache in the home folder, fails where that is
/// read-only, and looks for GPUs first: a tenth of a second, and one more library unpacked.
final class TokenizersLibraryFile {
  private static final String VARIABLE = "RUST_LIBRARY_PATH";
  private static final String ATTEMPTED = "can't load the tokenizers' native library";

  private TokenizersLibraryFile() {}

  static TokenizersLibrary load() {
    return Loaded.LIBRARY;
  }

  // The JVM loads a class, and with it the library, once.
  private static final class Loaded {
    private static final TokenizersLibrary LIBRARY = loadOnce();
  }

  private static TokenizersLibrary loadOnce() {
    String given = System.getenv(VARIABLE);
    if (given == null || given.isEmpty()) {
      given = System.getProperty(VARIABLE, "");
    }
    if (given.isEmpty()) {
      return loadFromJar();
    }
    if (!Files.isRegularFile(Path.of(given))) {
      throw new TuneException(
          ExitCode.FAILED,
          ATTEMPTED,
          VARIABLE + "=" + given,
          "no such file",
          "name the library itself (" + fileName() + "), or unset the variable");
    }
    return load(Path.of(given));
  }

  private static TokenizersLibrary loadFromJar() {
    String resource = "/native/lib/" + platform() + "/cpu/" + fileName();
    try (InputStream library = TokenizersLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new TuneException(
            ExitCode.NOT_SUPPORTED,
            ATTEMPTED,
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            "DJL's tokenizers have no library for this platform",
            "train on Linux (x86_64, aarch64) or macOS (aarch64)");
      }
      Path folder = Files.createTempDirectory("kubetune-tokenizers");
      Path file = folder.resolve(fileName());
      try {
        Files.copy(library, file);
        return load(file);
      } finally {
        // Once loaded, the library stays mapped without its file.
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.STORAGE,
          ATTEMPTED,
          System.getProperty("java.io.tmpdir"),
          "can't unpack it here: " + e.getMessage(),
          "make the folder for temporary files writable, or set " + VARIABLE + " to the library",
          e);
    }
  }

  private static TokenizersLibrary load(Path file) {
    try {
      System.load(file.toAbsolutePath().toString());
      return TokenizersLibrary.LIB;
    } catch (UnsatisfiedLinkError e) {
      throw new TuneException(
          ExitCode.FAILED,
          ATTEMPTED,
          file.toString(),
          String.valueOf(e.getMessage()),
          "on Linux the library needs glibc; check that the file is whole",
          e);
    }
  }

  private static String fileName() {
    return System.mapLibraryName("tokenizers");
  }

  /// The folder's name in DJL's jar.
  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
    return (os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux") + "-" + arch;
  }
}
