package io.kubetune.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.TrainedArchitectures;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.load.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedArchitecturesTest {
  @TempDir Path folder;

  @Test
  void theCliRefusesNoModelThatIsTrainedAndAcceptsNoneThatIsNot() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"unheard-of\"}");
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> Architectures.of(ModelConfig.read(folder)));
    assertThat(refused.problems().getFirst().remedy())
        .isEqualTo("supported are " + String.join(", ", TrainedArchitectures.MODEL_TYPES));
  }
}
