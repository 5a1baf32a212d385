package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Reads what a request asks of the pod and of the Job around it.
///
/// ```
/// PodRequest pod = PodReader.read(values, problems);
/// ```
final class PodReader {
  private static final int MOST_GPUS = 64;
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /// Names that credentials commonly have; a value for one of them would be readable by everyone
  /// who may read the Job.
  private static final Pattern SECRET_NAME =
      Pattern.compile(".*(TOKEN|PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?KEY|CREDENTIAL).*");

  /// What the Job's template sets itself.
  private static final Set<String> OURS =
      Set.of(
          "YAML_FILE_PATH",
          "KUBETUNE_LOCK_FILE",
          "KUBETUNE_PUBLISHER_LOCK_FILE",
          "KUBETUNE_TERMINATION_LOG",
          "OMP_NUM_THREADS");

  private static final String INSTANCE_TYPE_LABEL = "node.kubernetes.io/instance-type";

  private PodReader() {}

  static PodRequest read(FieldValues values, List<Problem> problems) {
    String image = "write HOST/REPO:TAG";
    String name = "name an object of the cluster";
    String quantity = "write a Kubernetes quantity: 4, 500m, 16Gi";
    String duration = "write seconds, or a number with s, m, h or d";
    checkEnv(values, problems);
    checkNodeSelector(values, problems);
    return new PodRequest(
        values.parsed(Field.TRAINER_IMAGE, Syntax::imageReference, image),
        values.parsed(Field.CLI_IMAGE, Syntax::imageReference, image),
        values.parsedAll(Field.IMAGE_PULL_SECRET, Syntax::objectName, name),
        values.integer(Field.GPUS, 0, MOST_GPUS),
        values
            .parsed(Field.GPU_RESOURCE, Syntax::qualifiedName, "as " + PodRequest.NVIDIA_GPU)
            .orElse(PodRequest.NVIDIA_GPU),
        values.parsed(Field.CPU, Syntax::quantity, quantity),
        values.parsed(Field.MEMORY, Syntax::quantity, quantity),
        values.map(Field.NODE_SELECTOR),
        values.parsed(Field.INSTANCE_TYPE, Syntax::labelValue, "name a machine type"),
        values.parsedAll(
            Field.TOLERATION, Syntax::toleration, "write " + Field.TOLERATION.valueName()),
        values
            .parsed(Field.AFFINITY, Syntax::tree, "write it as a pod's spec.affinity")
            .orElse(Map.of()),
        values.parsed(Field.SERVICE_ACCOUNT, Syntax::objectName, name),
        values.map(Field.ENV),
        values.parsedMap(
            Field.SECRET_ENV, Syntax::secretKey, "write " + Field.SECRET_ENV.valueName()),
        values.parsed(
            Field.CA_CONFIGMAP, Syntax::configMapKey, "write " + Field.CA_CONFIGMAP.valueName()),
        values.parsed(Field.PRIORITY_CLASS, Syntax::objectName, name),
        values.parsed(Field.QUEUE, Syntax::labelValue, "name a LocalQueue"),
        seconds(values, Field.TTL, duration),
        seconds(values, Field.ACTIVE_DEADLINE, duration),
        values.integer(Field.BACKOFF_LIMIT, 0, 1000),
        values.parsed(Field.CHECKPOINT_CLAIM, Syntax::objectName, "name a PersistentVolumeClaim"));
  }

  private static OptionalLong seconds(FieldValues values, Field field, String remedy) {
    return values
        .parsed(field, Syntax::seconds, remedy)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  private static void checkEnv(FieldValues values, List<Problem> problems) {
    for (Field field : List.of(Field.ENV, Field.SECRET_ENV)) {
      for (Given each : values.all(field)) {
        if (!ENV_NAME.matcher(each.key()).matches()) {
          problems.add(new Problem(each.place(), "no name of a variable", "letters, digits and _"));
        }
        if (OURS.contains(each.key())) {
          problems.add(new Problem(each.place(), "the Job sets it itself", "take it out"));
        }
      }
    }
    Set<String> fromSecrets =
        values.all(Field.SECRET_ENV).stream().map(Given::key).collect(Collectors.toSet());
    for (Given each : values.all(Field.ENV)) {
      if (fromSecrets.contains(each.key())) {
        problems.add(new Problem(each.place(), "also given from a Secret", "keep one of them"));
      }
      if (SECRET_NAME.matcher(each.key().toUpperCase(Locale.ROOT)).matches()) {
        problems.add(
            new Problem(
                each.place(),
                "a secret's value would stand in the manifest",
                "put it in a Secret and give " + Field.SECRET_ENV.usage()));
      }
    }
  }

  private static void checkNodeSelector(FieldValues values, List<Problem> problems) {
    for (Given each : values.all(Field.NODE_SELECTOR)) {
      if (each.key().equals(INSTANCE_TYPE_LABEL) && !values.all(Field.INSTANCE_TYPE).isEmpty()) {
        problems.add(
            new Problem(each.place(), "also said by an instance type", "keep one of them"));
      }
      try {
        Syntax.qualifiedName(each.key());
        Syntax.labelValue(each.value());
      } catch (IllegalArgumentException e) {
        problems.add(new Problem(each.place(), e.getMessage(), "write a node's label"));
      }
    }
  }
}
