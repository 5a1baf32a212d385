package io.kubetune.cli.request;

import io.kubetune.cli.data.RowReading;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the user asked for, every value parsed and within its range; nothing outside the request
/// was looked at yet.
///
/// ```
/// TuneRequest request = RequestReader.here(System.in).read(flags);
/// ```
///
/// @param name a DNS label
/// @param prefix of the name, where its end was generated; empty where all of it was given
/// @param model Local, Preset, HuggingFace, Image or Claim
/// @param data at least one; Local, HuggingFace, Url, Image, Claim or Volume
/// @param reading which of their columns is which, in which format, with which prompt text
/// @param dataImage HOST/REPO[:TAG] that local rows are pushed as
/// @param registry HOST/PATH that local models and data are pushed below
/// @param output empty: the runtime's own default
/// @param workers 1 or more processes that train together
public record TuneRequest(
    String name,
    Optional<String> prefix,
    Optional<String> namespace,
    Map<String, String> labels,
    Map<String, String> annotations,
    RuntimeKind runtime,
    Method method,
    Location model,
    Optional<String> modelSecret,
    List<Location> data,
    List<Location> evalData,
    Optional<String> dataName,
    List<String> dataSecrets,
    RowReading reading,
    SourceWishes sources,
    Optional<String> dataImage,
    Optional<String> registry,
    Optional<Output> output,
    Optional<String> outputSecret,
    ConfigSource config,
    int workers,
    PodRequest pod) {

  /// The same request with model and rows elsewhere: where they were packaged to.
  public TuneRequest withInputs(
      Location otherModel, List<Location> otherData, List<Location> otherEvalData) {
    return with(name, method, otherModel, otherData, otherEvalData, config, pod);
  }

  /// The same request with another method and training config.
  public TuneRequest withTraining(Method otherMethod, ConfigSource otherConfig) {
    return with(name, otherMethod, model, data, evalData, otherConfig, pod);
  }

  /// The same request of another pod.
  public TuneRequest withPod(PodRequest otherPod) {
    return with(name, method, model, data, evalData, config, otherPod);
  }

  /// The same request of another name.
  public TuneRequest named(String other) {
    return with(other, method, model, data, evalData, config, pod);
  }

  private TuneRequest with(
      String otherName,
      Method otherMethod,
      Location otherModel,
      List<Location> otherData,
      List<Location> otherEvalData,
      ConfigSource otherConfig,
      PodRequest otherPod) {
    return new TuneRequest(
        otherName,
        prefix,
        namespace,
        labels,
        annotations,
        runtime,
        otherMethod,
        otherModel,
        modelSecret,
        otherData,
        otherEvalData,
        dataName,
        dataSecrets,
        reading,
        sources,
        dataImage,
        registry,
        output,
        outputSecret,
        otherConfig,
        workers,
        otherPod);
  }
}
