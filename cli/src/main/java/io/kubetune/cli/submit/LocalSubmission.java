package io.kubetune.cli.submit;

import io.kubetune.cli.data.DataFacts;
import io.kubetune.cli.data.Dataset;
import io.kubetune.cli.data.NormaliseRequest;
import io.kubetune.cli.data.check.ConversationCheck;
import io.kubetune.cli.inspect.ModelFacts;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes a request for runtime `local` into a run's folder with all that the trainer needs: checked
/// first, then there whole, or not at all.
///
/// ```
/// LocalSubmission.Created created = new LocalSubmission(runs, environment, files, RegistryWay.USUAL).create(request);
/// new Local(runs, environment).start(created.run());
/// ```
public record LocalSubmission(
    RunStore runs, Map<String, String> environment, LocalFiles files, RegistryWay registry) {

  /// @param warnings about the dataset and the configuration; training bears them
  public record Created(RunFolder run, List<Problem> warnings) {}

  /// @throws TuneException for a model, dataset, configuration or name that can't be used, before
  ///   anything was made; STORAGE where the disk refuses, with what was made removed
  public Created create(TuneRequest request) {
    RunFolder run = folder(request);
    runs.requireFree(run.name());
    RunConfig config = trainingConfig(request);
    TrainerProgram trainer = TrainerProgram.find(environment);
    DataFacts data = runs.create(run.name(), aside -> fill(aside, request, config, trainer));
    return new Created(
        run, Stream.concat(config.warnings().stream(), data.warnings().stream()).toList());
  }

  /// The configuration that the trainer of this request reads, checked together with the model.
  ///
  /// @throws TuneException BAD_MODEL or BAD_REQUEST with every problem
  public RunConfig trainingConfig(TuneRequest request) {
    Path model = files.path(request.model());
    ModelFacts.read(model);
    RunFolder run = folder(request);
    return RunConfig.of(
        request,
        Map.of(
            "ModelConfig.pretrained_model_name_or_path", model.toString(),
            "DatasetConfig.dataset_path", run.dataFolder().toString(),
            "TrainingArguments.output_dir", run.resultsFolder().toString()));
  }

  private RunFolder folder(TuneRequest request) {
    return runs.folder(RunName.of(request.name()));
  }

  private DataFacts fill(
      RunFolder aside, TuneRequest request, RunConfig config, TrainerProgram trainer)
      throws IOException {
    DataFacts data =
        Dataset.normalise(
            NormaliseRequest.of(paths(request.data()), aside.dataFolder())
                .evaluatedOn(paths(request.evalData()))
                .as(request.reading()));
    if (config.chatTemplate().isPresent()) {
      new ConversationCheck(config.chatTemplate().get()).check(aside.dataFolder());
    }
    Files.createDirectory(aside.resultsFolder());
    Files.writeString(aside.configFile(), config.text(), StandardCharsets.UTF_8);
    aside.write(
        new RunRecord(
            RunName.of(request.name()),
            Instant.now(),
            request.labels(),
            request.annotations(),
            files.text(request.model()),
            new RunRecord.Data(
                request.dataName().orElse(data.source()),
                request.data().stream().map(files::text).toList(),
                data.rows(),
                data.evalRows()),
            output(request),
            registry,
            trainer.home(),
            request.pod().env()));
    return data;
  }

  private List<String> paths(List<Location> locations) {
    return locations.stream().map(location -> files.path(location).toString()).toList();
  }

  private String output(TuneRequest request) {
    return request
        .output()
        .map(output ->
            switch (output) {
              case Output.Image _, Output.Layout _ -> output.text();
              case Output.Claim _, Output.Volume _ ->
                  throw new IllegalStateException("refused when the request was read");
            })
        .orElse("oci:" + folder(request).imageFolder());
  }
}
