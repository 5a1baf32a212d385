package io.kubetune.cli.publish;

import io.kubetune.contract.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Where an adapter comes from, written into its image as annotations.
///
/// `sh.kaito.model.name` is KAITO's own, `org.opencontainers.image.*` are OCI's, the rest are ours.
///
/// ```
/// Provenance.of("HuggingFaceTB/SmolLM2-135M").annotations();
/// ```
///
/// @param modelName the base model as the user named it: a preset, a Hugging Face id, a folder
/// @param modelRevision commit of the base model
/// @param dataDigest sha256 of the canonical data's manifest
/// @param configDigest sha256 of training_config.yaml
/// @param trainer version of the trainer, or the digest of its image
/// @param evalLossBefore mean over the evaluation's label tokens
/// @param licence of the base model, SPDX where it has such a name
/// @param run name of the run
/// @param created empty: `SOURCE_DATE_EPOCH`, else 1970, so that the same adapter has the same
///   digest
public record Provenance(
    String modelName,
    Optional<String> modelRevision,
    Optional<String> dataDigest,
    Optional<String> configDigest,
    Optional<String> trainer,
    OptionalInt steps,
    OptionalDouble evalLossBefore,
    OptionalDouble evalLossAfter,
    Optional<String> licence,
    Optional<String> run,
    Optional<Instant> created) {
  public static final String MODEL_NAME = "sh.kaito.model.name";
  public static final String OWN = "io.kubetune.";
  public static final String EVAL_BEFORE = OWN + "eval.loss.before";
  public static final String EVAL_AFTER = OWN + "eval.loss.after";
  private static final String OCI = "org.opencontainers.image.";

  public static Provenance of(String modelName) {
    return new Provenance(
        modelName,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// The time that the image states.
  Instant createdOrEpoch(Map<String, String> environment) {
    return created.orElseGet(() -> SourceDate.of(environment));
  }

  Map<String, String> annotations(Map<String, String> environment) {
    Map<String, String> notes = new TreeMap<>();
    notes.put(MODEL_NAME, modelName);
    notes.put(OCI + "title", run.map(name -> name + " adapter").orElse("adapter"));
    notes.put(OCI + "description", "LoRA adapter for " + modelName);
    notes.put(OCI + "created", createdOrEpoch(environment).toString());
    licence.ifPresent(text -> notes.put(OCI + "licenses", text));
    notes.put(OWN + "base.model", modelName);
    modelRevision.ifPresent(text -> notes.put(OWN + "base.revision", text));
    dataDigest.ifPresent(text -> notes.put(OWN + "data.digest", text));
    configDigest.ifPresent(text -> notes.put(OWN + "config.digest", text));
    trainer.ifPresent(text -> notes.put(OWN + "trainer", text));
    run.ifPresent(text -> notes.put(OWN + "run", text));
    steps.ifPresent(count -> notes.put(OWN + "steps", Integer.toString(count)));
    evalLossBefore.ifPresent(loss -> notes.put(EVAL_BEFORE, Double.toString(loss)));
    evalLossAfter.ifPresent(loss -> notes.put(EVAL_AFTER, Double.toString(loss)));
    return notes;
  }

  /// Where an image's annotations say otherwise, one problem for each; what this does not know is
  /// not compared.
  ///
  /// @param place the image, for the problems
  public List<Problem> differences(Map<String, String> annotations, String place) {
    List<Problem> problems = new ArrayList<>();
    annotations(Map.of())
        .forEach((name, expected) -> {
          String found = annotations.get(name);
          if (name.startsWith(OWN) && !expected.equals(found)) {
            problems.add(
                new Problem(
                    place + " " + name,
                    found == null ? "missing" : "'" + found + "'",
                    "the run has '" + expected + "'"));
          }
        });
    return problems;
  }
}
