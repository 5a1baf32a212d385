package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JacksonAnnotation;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.fabric8.kubernetes.api.model.APIGroupList;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.CreateOptions;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.EventList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.LimitRangeList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NodeList;
import io.fabric8.kubernetes.api.model.PatchOptions;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimList;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.ResourceQuotaList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.UpdateOptions;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.api.model.storage.StorageClassList;
import io.fabric8.kubernetes.client.VersionInfo;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The classes that the native binary must know by reflection to talk to an API server: all that
/// Jackson reaches from the objects that we read and write. `-Dkubetune.reflection=write` (through
/// `-Dsurefire.extraArgs`) writes the list anew, when fabric8's version changes or another kind is
/// read.
class ClusterReflectionTest {
  private static final Path FILE =
      Path.of(
          System.getProperty("kubetune.root"),
          "cli/src/main/resources/META-INF/native-image/io.kubetune/cli-cluster",
          "reachability-metadata.json");

  /// What commands read and write; their parts are found.
  private static final List<Class<?>> ROOTS =
      List.of(
          APIGroupList.class,
          APIResourceList.class,
          Config.class,
          ConfigMap.class,
          ConfigMapList.class,
          CreateOptions.class,
          DeleteOptions.class,
          EventList.class,
          GenericKubernetesResource.class,
          GenericKubernetesResourceList.class,
          JobList.class,
          LimitRangeList.class,
          ListOptions.class,
          Namespace.class,
          NodeList.class,
          PersistentVolumeClaim.class,
          PatchOptions.class,
          PersistentVolumeClaimList.class,
          PodList.class,
          ResourceQuotaList.class,
          Secret.class,
          SelfSubjectAccessReview.class,
          ServiceAccount.class,
          Status.class,
          StorageClassList.class,
          UpdateOptions.class,
          WatchEvent.class,
          VersionInfo.class);

  /// What the client loads by its name.
  private static final List<String> BY_NAME =
      List.of(
          "io.fabric8.kubernetes.client.impl.KubernetesClientImpl",
          "io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory");

  @Test
  void theBinaryKnowsEveryClassThatTheClusterIsSpokenToWith() throws Exception {
    String expected = metadata();
    if ("write".equals(System.getProperty("kubetune.reflection"))) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, expected);
    }
    assertThat(FILE).content().isEqualTo(expected);
  }

  private static String metadata() throws ClassNotFoundException {
    Map<String, Class<?>> types = new TreeMap<>();
    closure().forEach(type -> types.put(type.getName(), type));
    for (String name : BY_NAME) {
      types.put(name, Class.forName(name));
    }
    return types.values().stream()
        .map(ClusterReflectionTest::entry)
        .collect(Collectors.joining(",\n", "{\n  \"reflection\": [\n", "\n  ]\n}\n"));
  }

  /// Method by method: `edit` and `toBuilder` of a model would bring all builders into the binary,
  /// a fifth of its size.
  private static String entry(Class<?> type) {
    Stream<String> constructors =
        Stream.of(type.getDeclaredConstructors())
            .filter(each -> each.getParameterCount() <= 1 || isJacksons(each))
            .map(each -> signature("<init>", each.getParameterTypes()));
    Stream<String> methods =
        Stream.of(type.getDeclaredMethods())
            .filter(each -> !each.isSynthetic() && !isBuilder(each.getReturnType()))
            .filter(each -> isProperty(each) || isJacksons(each))
            .map(each -> signature(each.getName(), each.getParameterTypes()));
    return Stream.concat(constructors, methods)
        .sorted()
        .collect(
            Collectors.joining(
                ", ",
                "    { \"type\": \"%s\", \"allDeclaredFields\": true, \"methods\": ["
                    .formatted(type.getName()),
                "] }"));
  }

  private static boolean isBuilder(Class<?> type) {
    return type.getSimpleName().endsWith("Builder");
  }

  private static boolean isProperty(Method method) {
    return method.getName().matches("(get|set|is)[A-Z].*") && method.getParameterCount() <= 1;
  }

  private static boolean isJacksons(AnnotatedElement element) {
    return Stream.of(element.getAnnotations())
        .anyMatch(each -> each.annotationType().isAnnotationPresent(JacksonAnnotation.class));
  }

  private static String signature(String name, Class<?>... parameters) {
    return Stream.of(parameters)
        .map(each -> '"' + each.getTypeName() + '"')
        .collect(
            Collectors.joining(", ", "{ \"name\": \"" + name + "\", \"parameterTypes\": [", "] }"));
  }

  private static Set<Class<?>> closure() {
    Set<Class<?>> found = new LinkedHashSet<>();
    Deque<Type> open = new ArrayDeque<>(ROOTS);
    while (!open.isEmpty()) {
      Type type = open.remove();
      if (type instanceof ParameterizedType generic) {
        open.add(generic.getRawType());
        open.addAll(List.of(generic.getActualTypeArguments()));
      }
      if (!(type instanceof Class<?> each) || !isModel(each) || !found.add(each)) {
        continue;
      }
      for (Class<?> above = each.getSuperclass();
          above != null && isModel(above);
          above = above.getSuperclass()) {
        open.add(above);
      }
      open.addAll(List.of(each.getDeclaredClasses()));
      annotated(each, open);
      for (Field field : each.getDeclaredFields()) {
        open.add(field.getGenericType());
        annotated(field, open);
      }
      for (Method method : each.getDeclaredMethods()) {
        annotated(method, open);
      }
      for (Constructor<?> constructor : each.getDeclaredConstructors()) {
        open.addAll(List.of(constructor.getGenericParameterTypes()));
      }
    }
    return found;
  }

  private static void annotated(AnnotatedElement element, Deque<Type> open) {
    JsonDeserialize reads = element.getAnnotation(JsonDeserialize.class);
    if (reads != null) {
      open.add(reads.using());
      open.add(reads.contentUsing());
      open.add(reads.as());
    }
    JsonSerialize writes = element.getAnnotation(JsonSerialize.class);
    if (writes != null) {
      open.add(writes.using());
      open.add(writes.contentUsing());
    }
  }

  /// Of the model or the client, and no builder: those are called by their names in code.
  private static boolean isModel(Class<?> type) {
    String name = type.getName();
    boolean jackson =
        JsonDeserializer.class.isAssignableFrom(type)
            || JsonSerializer.class.isAssignableFrom(type);
    return name.startsWith("io.fabric8.")
        && !type.isInterface()
        && (jackson || !(name.contains("Builder") || name.contains("Fluent")));
  }
}
