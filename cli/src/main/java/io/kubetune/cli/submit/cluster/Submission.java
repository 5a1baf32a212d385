package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Labels;
import io.kubetune.cli.render.Manifest;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Puts a run's manifests into the cluster: all of them, or none.
///
/// The owner (the Job) comes first, suspended, then what it owns, then it is resumed. What fails
/// half-way is removed; what was killed half-way is finished by the same `create` again.
///
/// ```
/// new Submission(cluster, "ml", Submission.Options.CAREFUL, talk).submit(manifests);
/// ```
///
/// @param talk what happens that a person should know, a line each
public record Submission(
    Cluster cluster, String namespace, Options options, Consumer<String> talk) {

  private static final Duration LONGEST_DELETION = Duration.ofSeconds(180);

  /// @param replace deletes a run of the same name first
  /// @param forceConflicts takes over fields that another field manager owns
  public record Options(boolean replace, boolean forceConflicts) {
    public static final Options CAREFUL = new Options(false, false);
  }

  /// What the API server would say, changing nothing.
  ///
  /// @return the objects as they would be stored
  public List<GenericKubernetesResource> dryRun(List<Manifest> manifests) {
    ApiObjects objects = new ApiObjects(cluster, namespace);
    ApiObjects.Apply apply = new ApiObjects.Apply(true, options.forceConflicts());
    Manifest owner = owner(manifests);
    if (!options.replace()) {
      existing(objects, owner).ifPresent(there -> refuseTaken(there, owner));
    }
    return manifests.stream().map(each -> ask(owner, () -> objects.apply(each, apply))).toList();
  }

  /// @return the run's owner as it is stored
  public GenericKubernetesResource submit(List<Manifest> manifests) {
    Manifest owner = owner(manifests);
    String digest = digest(manifests);
    ApiObjects objects = new ApiObjects(cluster, namespace);
    Optional<GenericKubernetesResource> there = existing(objects, owner);
    if (there.isPresent()) {
      boolean unfinished =
          JsonTree.annotation(there.get(), Marks.CREATING).isPresent() && isOurs(there.get());
      boolean same = JsonTree.annotation(there.get(), Marks.REQUEST).equals(Optional.of(digest));
      if (unfinished && same) {
        talk.accept("going on with a create of this run that did not finish");
      } else if (options.replace() && isOurs(there.get())) {
        replace(objects, manifests, there.get());
      } else {
        refuseTaken(there.get(), owner);
      }
    }
    Steps steps = new Steps(objects, this, owner, digest);
    return switch (owner.kind()) {
      case "Job" -> steps.job(dependents(manifests));
      default -> steps.workspace(dependents(manifests));
    };
  }

  private Optional<GenericKubernetesResource> existing(ApiObjects objects, Manifest owner) {
    // The first question to the server: it fails at once where the server is not there.
    return cluster.ask(
        attempted(owner), () -> objects.find(ApiObjects.Kind.of(owner), owner.name()));
  }

  private void replace(
      ApiObjects objects, List<Manifest> manifests, GenericKubernetesResource there) {
    Manifest owner = owner(manifests);
    talk.accept("deleting the run that is there");
    remove(objects, owner, owner, there);
    // What it owns goes with it, a little later; the new one may not meet it.
    for (Manifest each : dependents(manifests)) {
      ask(owner, () -> objects.find(ApiObjects.Kind.of(each), each.name()))
          .filter(Submission::isOurs)
          .ifPresent(old -> remove(objects, owner, each, old));
    }
  }

  /// Deletes an object and waits until it is gone.
  private void remove(
      ApiObjects objects, Manifest owner, Manifest manifest, GenericKubernetesResource there) {
    ApiObjects.Kind kind = ApiObjects.Kind.of(manifest);
    ask(
        owner,
        () -> {
          objects.delete(kind, there);
          return true;
        });
    Instant end = Instant.now().plus(LONGEST_DELETION);
    while (ask(owner, () -> objects.find(kind, manifest.name()))
        .filter(each -> each.getMetadata().getUid().equals(there.getMetadata().getUid()))
        .isPresent()) {
      if (Instant.now().isAfter(end)) {
        throw new TuneException(
            ExitCode.TIMEOUT,
            attempted(owner),
            manifest.reference(),
            "the old one is still being deleted after " + LONGEST_DELETION.toSeconds() + " s",
            "see why, then try again:\n  kubectl tune status " + owner.name());
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a run was being deleted", e);
    }
  }

  private void refuseTaken(GenericKubernetesResource there, Manifest owner) {
    boolean ours = isOurs(there);
    boolean unfinished = JsonTree.annotation(there, Marks.CREATING).isPresent();
    String found =
        !ours
            ? "there is one of that name, not made by kubectl tune"
            : unfinished
                ? "there is one of that name whose create did not finish, of another request"
                : "there is a run of that name";
    throw new TuneException(
        ExitCode.ALREADY_EXISTS,
        attempted(owner),
        owner.reference() + " in namespace " + namespace,
        found,
        ours
            ? "give another name or --generate-name, or --replace to delete the old one first"
            : "give another name");
  }

  static boolean isOurs(GenericKubernetesResource object) {
    return JsonTree.label(object, Labels.MANAGED_BY).equals(Optional.of(Labels.MANAGER));
  }

  Patience patience() {
    return new Patience(cluster, Patience.LONGEST, talk);
  }

  <T> T ask(Manifest owner, java.util.function.Supplier<T> question) {
    return patience().ask(attempted(owner), question);
  }

  static String attempted(Manifest owner) {
    return "can't create the run '" + owner.name() + "'";
  }

  private static Manifest owner(List<Manifest> manifests) {
    return manifests.stream()
        .filter(each -> !each.kind().equals("ConfigMap"))
        .findFirst()
        .orElseThrow();
  }

  private static List<Manifest> dependents(List<Manifest> manifests) {
    return manifests.stream().filter(each -> each.kind().equals("ConfigMap")).toList();
  }

  private static String digest(List<Manifest> manifests) {
    try {
      byte[] text = ManifestText.json(manifests).getBytes(StandardCharsets.UTF_8);
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(text);
      return "sha256:" + HexFormat.of().formatHex(sha256);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  Map<String, String> unfinished(String digest) {
    return Map.of(Marks.CREATING, "true", Marks.REQUEST, digest);
  }
}
