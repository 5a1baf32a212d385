package io.kubetune.cli.render;

import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.TuneRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// How a run's objects are marked: labels to find them by, annotations to tell what they are.
///
/// ```
/// Labels.of(request) // {app.kubernetes.io/managed-by=kubectl-tune, tune.kubetune.io/run=bot, …}
/// ```
public final class Labels {
  /// Label with the run's name on everything that is made for it.
  public static final String RUN = "tune.kubetune.io/run";

  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String MANAGER = "kubectl-tune";

  private Labels() {}

  static Map<String, Object> of(TuneRequest request) {
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put(MANAGED_BY, MANAGER);
    labels.put(RUN, request.name());
    labels.putAll(request.labels());
    return labels;
  }

  static Map<String, Object> annotations(TunePlan plan) {
    TuneRequest request = plan.request();
    Map<String, Object> annotations = new LinkedHashMap<>();
    annotations.put("tune.kubetune.io/model", request.model().text());
    annotations.put("tune.kubetune.io/method", request.method().name().toLowerCase(Locale.ROOT));
    request.dataName().ifPresent(name -> annotations.put("tune.kubetune.io/data", name));
    annotations.put("tune.kubetune.io/output", Outputs.of(request).text());
    annotations.putAll(request.annotations());
    return annotations;
  }
}
