package io.kubetune.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.fabric8.kubernetes.api.model.KubernetesResource;

/// In the native binary Kubernetes' client reads no JSON array of objects of any kinds.
///
/// The API server sends none: lists are objects with `items`. The client makes a list of them by
/// the builder that each object knows, and so all builders of all types would be there: a tenth of
/// the binary's methods. On a JVM this class is never loaded.
@TargetClass(className = "io.fabric8.kubernetes.internal.KubernetesDeserializer")
final class KubernetesOneByOne {
  @Substitute
  private KubernetesResource fromArrayNode(JsonParser parser, JsonNode node) {
    throw new UnsupportedOperationException("an array is no Kubernetes object");
  }
}
