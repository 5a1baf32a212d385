package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

/// What an architecture is to the rest: how it reads its config.json, and how it is put together
/// from shared blocks.
///
/// To add one: write a class like [Llama], and name it in [Architectures].
public interface Architecture {

  /// `model_type` in config.json.
  String modelType();

  /// What PEFT adapts where nothing is said.
  List<String> defaultTargets(ModelConfig config);

  /// Reads every tensor that `config` asks for; missing ones are noted in the checkpoint, which is
  /// verified afterwards.
  DecoderStack build(ModelBuilder build);
}
