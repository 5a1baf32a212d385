package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What each runtime can't do: an option that would have no effect is a problem, never ignored.
///
/// A file may describe a pod and still be run on this machine; a flag that asks for a pod there is
/// a mistake.
///
/// ```
/// problems.addAll(new RuntimeRules(values, model, data, evalData, output).problems(runtime, workers));
/// ```
record RuntimeRules(
    FieldValues values,
    Optional<Location> model,
    List<Location> data,
    List<Location> evalData,
    Optional<Output> output) {

  private static final Set<Field> OF_THE_JOB =
      EnumSet.of(
          Field.TRAINER_IMAGE,
          Field.CLI_IMAGE,
          Field.IMAGE_PULL_SECRET,
          Field.GPUS,
          Field.GPU_RESOURCE,
          Field.CPU,
          Field.MEMORY,
          Field.TOLERATION,
          Field.SERVICE_ACCOUNT,
          Field.ENV,
          Field.SECRET_ENV,
          Field.CA_CONFIGMAP,
          Field.PRIORITY_CLASS,
          Field.QUEUE,
          Field.TTL,
          Field.ACTIVE_DEADLINE,
          Field.BACKOFF_LIMIT,
          Field.CHECKPOINT_CLAIM);

  private static final Set<Field> OF_A_CLUSTER =
      EnumSet.of(
          Field.NODE_SELECTOR,
          Field.INSTANCE_TYPE,
          Field.AFFINITY,
          Field.MODEL_SECRET,
          Field.DATA_SECRET,
          Field.OUTPUT_SECRET,
          Field.NAMESPACE,
          Field.DATA_IMAGE,
          Field.REGISTRY);

  /// What needs rows in canonical form: KAITO's trainer reads them as they are.
  private static final List<Field> AS_IT_IS =
      List.of(
          Field.COLUMN,
          Field.FORMAT,
          Field.TEMPLATE,
          Field.TEMPLATE_WITHOUT_INPUT,
          Field.EVAL_DATA);

  List<Problem> problems(RuntimeKind runtime, int workers) {
    List<Problem> problems = new ArrayList<>();
    if (workers > 1 && runtime != RuntimeKind.KAITO) {
      problem(
          problems,
          Field.WORKERS,
          "several workers are not possible in this version",
          "take it out");
    }
    if (runtime == RuntimeKind.JOB && severalGpus()) {
      problem(
          problems,
          Field.GPUS,
          "the trainer computes on one GPU in this version, and the others would be paid for idle",
          "ask for 1");
    }
    switch (runtime) {
      case LOCAL -> local(problems);
      case JOB -> job(problems);
      case KAITO -> kaito(problems, workers);
    }
    return problems;
  }

  private void local(List<Problem> problems) {
    Set<Field> unused = EnumSet.copyOf(OF_THE_JOB);
    unused.addAll(OF_A_CLUSTER);
    unused.remove(Field.ENV);
    for (Field field : unused) {
      for (Given each : values.all(field)) {
        // The place of a flag starts with the flag; a file's place with the file's name.
        if (each.place().startsWith("--")) {
          problems.add(new Problem(each.place(), "runtime local has no pod", "take it out"));
        }
      }
    }
    if (model.filter(RuntimeRules::isMounted).isPresent()) {
      problem(
          problems,
          Field.MODEL,
          "runtime local mounts nothing",
          "give a folder, a preset, ORG/NAME, hf:// or image://");
    }
    if (data.stream().anyMatch(RuntimeRules::isMounted)) {
      problem(
          problems,
          Field.DATA,
          "runtime local mounts nothing",
          "give paths, https://, hf://datasets/, s3:// or image://");
    }
    output.ifPresent(place -> {
      if (!(place instanceof Output.Image) && !(place instanceof Output.Layout)) {
        problem(
            problems,
            Field.OUTPUT,
            "runtime local has no volumes",
            "write oci:FOLDER or HOST/REPO:TAG");
      }
    });
  }

  private static boolean isMounted(Location location) {
    return location instanceof Location.Claim || location instanceof Location.Volume;
  }

  private void job(List<Problem> problems) {
    boolean registry = !values.all(Field.REGISTRY).isEmpty();
    if (!registry && model.filter(Location.Local.class::isInstance).isPresent()) {
      problem(
          problems,
          Field.MODEL,
          "a pod can't read this machine's folders",
          "add " + Field.REGISTRY.usage() + " to package and push it" + orHere());
    }
    packaged(problems);
    if (!registry && values.all(Field.OUTPUT).isEmpty()) {
      problems.add(new Problem(Field.OUTPUT.flag(), "missing", "give " + Field.OUTPUT.help()));
    }
    noLayout(problems);
  }

  private void kaito(List<Problem> problems, int workers) {
    Set<Field> unsayable = EnumSet.copyOf(OF_THE_JOB);
    unsayable.addAll(List.of(Field.S3_ENDPOINT, Field.S3_REGION, Field.MODEL_CACHE));
    for (Field field : unsayable) {
      for (Given each : values.all(field)) {
        problems.add(
            new Problem(
                each.place(),
                "a Workspace has no field for it",
                "take it out, or choose --runtime job"));
      }
    }
    if (workers > 1) {
      problem(problems, Field.WORKERS, "KAITO tunes on one node alone", "choose --runtime job");
    }
    for (Field field : AS_IT_IS) {
      if (!values.all(field).isEmpty()) {
        problem(problems, field, "KAITO's trainer reads the data as it is", "choose --runtime job");
      }
    }
    model.ifPresent(location -> {
      if (!(location instanceof Location.Preset) && !(location instanceof Location.HuggingFace)) {
        problem(
            problems,
            Field.MODEL,
            "KAITO loads presets and Hugging Face models",
            "give one, or choose --runtime job");
      }
    });
    if (model
        .filter(m -> m instanceof Location.HuggingFace hf && hf.revision().isPresent())
        .isPresent()) {
      problem(problems, Field.MODEL, "KAITO takes no revision", "choose --runtime job");
    }
    boolean insideClaim =
        data.stream()
            .anyMatch(each -> each instanceof Location.Claim claim && !claim.path().isEmpty());
    if (insideClaim) {
      problem(problems, Field.DATA, "KAITO reads a claim's root alone", "choose --runtime job");
    }
    if (output
        .filter(o -> o instanceof Output.Claim claim && !claim.path().isEmpty())
        .isPresent()) {
      problem(
          problems, Field.OUTPUT, "KAITO writes to a claim's root alone", "choose --runtime job");
    }
    long kinds = data.stream().map(Object::getClass).distinct().count();
    boolean urls =
        data.stream()
            .allMatch(each ->
                each instanceof Location.Url url && url.uri().getScheme().startsWith("http"));
    if (!urls && (kinds > 1 || data.size() > 1)) {
      problem(
          problems,
          Field.DATA,
          "KAITO reads URLs, or one image, or one volume",
          "choose --runtime job for more");
    }
    if (!urls
        && data.stream()
            .anyMatch(
                each -> each instanceof Location.Url || each instanceof Location.HuggingFace)) {
      problem(problems, Field.DATA, "KAITO downloads http and https alone", "choose --runtime job");
    }
    packaged(problems);
    boolean image = output.isEmpty() || output.get() instanceof Output.Image;
    if (values.all(Field.OUTPUT).isEmpty() && values.all(Field.REGISTRY).isEmpty()) {
      problems.add(new Problem(Field.OUTPUT.flag(), "missing", "give " + Field.OUTPUT.help()));
    } else if (image && values.all(Field.OUTPUT_SECRET).isEmpty()) {
      problems.add(
          new Problem(
              Field.OUTPUT_SECRET.flag(), "missing", "KAITO pushes with this Secret alone"));
    }
    noLayout(problems);
  }

  /// Rows of this machine reach a pod as an image alone.
  private void packaged(List<Problem> problems) {
    boolean named = !values.all(Field.DATA_IMAGE).isEmpty();
    boolean somewhere = named || !values.all(Field.REGISTRY).isEmpty();
    boolean local = data.stream().anyMatch(Location.Local.class::isInstance);
    boolean localEval = evalData.stream().anyMatch(Location.Local.class::isInstance);
    for (Field field : List.of(Field.DATA, Field.EVAL_DATA)) {
      if (!somewhere && (field == Field.DATA ? local : localEval)) {
        problem(
            problems,
            field,
            "a pod can't read this machine's files",
            "add "
                + Field.DATA_IMAGE.usage()
                + " or "
                + Field.REGISTRY.usage()
                + " to package and push them"
                + orHere());
      }
    }
    if (named && !local && !localEval) {
      problem(
          problems,
          Field.DATA_IMAGE,
          "neither --data nor --eval-data is of this machine, so nothing is packaged",
          "take it out, or name files or folders");
    }
  }

  /// For who named no runtime, and thought perhaps of this machine.
  private String orHere() {
    return values.all(Field.RUNTIME).isEmpty() ? ", or --runtime local to train here" : "";
  }

  private void noLayout(List<Problem> problems) {
    if (output.filter(Output.Layout.class::isInstance).isPresent()) {
      problem(
          problems,
          Field.OUTPUT,
          "a pod can't write this machine's folders",
          "write HOST/REPO:TAG or pvc://CLAIM/PATH");
    }
  }

  /// What is no number has been told of where the pod is read.
  private boolean severalGpus() {
    return values.all(Field.GPUS).stream()
        .findFirst()
        .filter(gpus -> gpus.value().matches("[2-9]|[1-9][0-9]+"))
        .isPresent();
  }

  private void problem(List<Problem> problems, Field field, String found, String remedy) {
    String place = values.all(field).stream().findFirst().map(Given::place).orElse(field.flag());
    problems.add(new Problem(place, found, remedy));
  }
}
