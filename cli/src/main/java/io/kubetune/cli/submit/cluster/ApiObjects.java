package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Manifest;
import java.util.List;
import java.util.Optional;

/// The objects of runs in one namespace: applied server-side, read and deleted.
///
/// ```
/// GenericKubernetesResource job = new ApiObjects(cluster, "ml").apply(manifest, Apply.ONCE);
/// ```
record ApiObjects(Cluster cluster, String namespace) {
  static final Kind JOB = new Kind("batch", "v1", "Job", "jobs");
  static final Kind CONFIG_MAP = new Kind("", "v1", "ConfigMap", "configmaps");
  static final Kind WORKSPACE = new Kind("kaito.sh", "v1beta1", "Workspace", "workspaces");

  /// @param group empty: the core group
  record Kind(String group, String version, String name, String plural) {
    ResourceDefinitionContext context() {
      return new ResourceDefinitionContext.Builder()
          .withGroup(group.isEmpty() ? null : group)
          .withVersion(version)
          .withKind(name)
          .withPlural(plural)
          .withNamespaced(true)
          .build();
    }

    String path(String namespace, String object) {
      String api = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
      return api + "/namespaces/" + namespace + "/" + plural + "/" + object;
    }

    static Kind of(Manifest manifest) {
      for (Kind each : List.of(JOB, CONFIG_MAP, WORKSPACE)) {
        if (each.name.equals(manifest.kind())) {
          return each;
        }
      }
      throw new IllegalArgumentException("no kind of ours: " + manifest.kind());
    }
  }

  /// @param dryRun the API server checks and changes nothing
  /// @param force takes over fields that another field manager owns
  record Apply(boolean dryRun, boolean force) {}

  /// Creates the object, or makes its fields those of the manifest; unknown fields are refused.
  GenericKubernetesResource apply(Manifest manifest, Apply how) {
    PatchContext.Builder context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Cluster.FIELD_MANAGER)
            .withFieldValidation("Strict")
            .withForce(how.force());
    if (how.dryRun()) {
      context.withDryRun(List.of("All"));
    }
    return resource(Kind.of(manifest), manifest.name())
        .patch(context.build(), JsonTree.generic(manifest));
  }

  /// @param json a JSON merge patch (RFC 7386)
  GenericKubernetesResource merge(Kind kind, String name, String json) {
    return resource(kind, name).patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  Optional<GenericKubernetesResource> find(Kind kind, String name) {
    return Optional.ofNullable(resource(kind, name).get());
  }

  /// Deletes this very object, and what it owns with it; one of the same name that came later
  /// stays.
  void delete(Kind kind, GenericKubernetesResource object) {
    DeleteOptions options =
        new DeleteOptionsBuilder()
            .withApiVersion("v1")
            .withKind("DeleteOptions")
            .withPropagationPolicy("Foreground")
            .withNewPreconditions(null, object.getMetadata().getUid())
            .build();
    try {
      cluster.client().raw(kind.path(namespace, object.getMetadata().getName()), "DELETE", options);
    } catch (KubernetesClientException e) {
      // Gone already, or another one of that name has taken its place: it is deleted.
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }

  private Resource<GenericKubernetesResource> resource(Kind kind, String name) {
    return cluster
        .client()
        .genericKubernetesResources(kind.context())
        .inNamespace(namespace)
        .withName(name);
  }
}
