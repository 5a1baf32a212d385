package io.kubetune.contract.config;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/// Reads `training_config.yaml` and reports everything that is wrong with it at once.
///
/// The sections stand below `training_config`, as in KAITO's ConfigMaps, or on top of the document.
///
/// ```
/// ConfigResult result = ConfigReader.read(Path.of("/mnt/config/training_config.yaml"));
/// int rank = result.config().lora().r();
/// ```
public final class ConfigReader {
  private static final String ATTEMPTED = "reading the training configuration";

  private ConfigReader() {}

  /// @throws TuneException BAD_REQUEST with every problem; its places are `file:line Section.key`
  public static ConfigResult read(Path file) {
    try {
      return read(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw unreadable(file, "no such file", "name one that exists", e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "not UTF-8 text", "save it as UTF-8", e);
    } catch (IOException e) {
      throw unreadable(file, "can't be read: " + e, "check the path and its permissions", e);
    }
  }

  /// @param sourceName what problems call the text: a file's path, or `ConfigMap my-config`
  /// @throws TuneException BAD_REQUEST with every problem
  public static ConfigResult read(String text, String sourceName) {
    Optional<Node> root = PlainYaml.compose(text, sourceName).filter(n -> !PlainYaml.isNull(n));
    if (root.isEmpty()) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          ATTEMPTED,
          sourceName,
          "is empty",
          "give sections under training_config");
    }
    SettingsReader reader = new SettingsReader(KeyTable.standard(), sourceName);
    Settings settings = reader.read(root.get());
    List<Problem> problems = new ArrayList<>(reader.problems());
    problems.addAll(Contradictions.in(settings));
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, ATTEMPTED, problems);
    }
    TrainingConfig config = ConfigAssembler.assemble(settings);
    return new ConfigResult(config, reader.warnings());
  }

  private static TuneException unreadable(
      Path file, String found, String remedy, IOException cause) {
    return new TuneException(
        ExitCode.BAD_REQUEST, ATTEMPTED, file.toString(), found, remedy, cause);
  }
}
