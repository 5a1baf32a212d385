package io.kubetune.cli.request;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.contract.TuneException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The texts that a request is made of: names, quantities, durations, references.
///
/// Each parser returns its value, or throws IllegalArgumentException that says what it found. The
/// rules for names are Kubernetes' (RFC 1123 labels and subdomains, qualified names).
///
/// ```
/// Syntax.seconds("90m") // 5400
/// ```
final class Syntax {
  static final int LONGEST_LABEL = 63;

  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
  private static final Pattern DNS_SUBDOMAIN =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?");
  private static final Pattern QUANTITY =
      Pattern.compile("\\d+(\\.\\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd]?)");
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  private Syntax() {}

  static String dnsLabel(String text) {
    if (text.length() > LONGEST_LABEL || !DNS_LABEL.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no DNS label");
    }
    return text;
  }

  /// The name of most objects: Secrets, claims, classes.
  static String objectName(String text) {
    if (text.length() > 253 || !DNS_SUBDOMAIN.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no name of a Kubernetes object");
    }
    return text;
  }

  /// A label's or annotation's key, or a resource's name: `[domain/]name`.
  static String qualifiedName(String text) {
    int slash = text.indexOf('/');
    String name = text.substring(slash + 1);
    boolean domain = slash < 0 || DNS_SUBDOMAIN.matcher(text.substring(0, slash)).matches();
    if (!domain
        || name.isEmpty()
        || name.length() > LONGEST_LABEL
        || !LABEL_VALUE.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no key [domain/]name");
    }
    return text;
  }

  static String labelValue(String text) {
    if (text.length() > LONGEST_LABEL || !LABEL_VALUE.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is no label value");
    }
    return text;
  }

  static String quantity(String text) {
    if (!QUANTITY.matcher(text).matches() || text.matches("0+(\\.0+)?\\D*")) {
      throw new IllegalArgumentException("'" + text + "' is no quantity above zero");
    }
    return text;
  }

  static long seconds(String text) {
    Matcher duration = DURATION.matcher(text);
    if (!duration.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no duration");
    }
    long unit =
        switch (duration.group(2)) {
          case "m" -> 60;
          case "h" -> 3600;
          case "d" -> 86_400;
          default -> 1;
        };
    return Long.parseLong(duration.group(1)) * unit;
  }

  /// As the parts that pull and push read it.
  static String imageReference(String text) {
    if (text.startsWith("oci:")) {
      throw new IllegalArgumentException("'" + text + "' is a folder, no registry's image");
    }
    try {
      ImageReference.parse(text);
      return text;
    } catch (TuneException e) {
      throw new IllegalArgumentException(e.problems().getFirst().found(), e);
    }
  }

  /// A name that can be pushed to: a digest is not known before.
  static String pushedImage(String text) {
    String reference = text.startsWith("image://") ? text.substring("image://".length()) : text;
    if (reference.contains("@")) {
      throw new IllegalArgumentException("'" + text + "' names a digest, which packaging decides");
    }
    return imageReference(reference);
  }

  /// The address of a server; without a password, which would stand in manifests and logs.
  static URI server(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no address: " + e.getReason(), e);
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("a user or password inside a URL would end up in logs");
    }
    if (uri.getHost() == null
        || !String.valueOf(uri.getScheme()).matches("https?")
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("'" + text + "' is no http(s)://HOST[:PORT]");
    }
    return uri;
  }

  static String region(String text) {
    if (!text.matches("[A-Za-z0-9-]{1,63}")) {
      throw new IllegalArgumentException("'" + text + "' is no region");
    }
    return text;
  }

  /// `kubectl taint`'s form: `KEY[=VALUE][:EFFECT]`.
  static Toleration toleration(String text) {
    int colon = text.lastIndexOf(':');
    Optional<String> effect = colon < 0 ? Optional.empty() : Optional.of(text.substring(colon + 1));
    String keyAndValue = colon < 0 ? text : text.substring(0, colon);
    int equals = keyAndValue.indexOf('=');
    effect.ifPresent(name -> {
      if (!EFFECTS.contains(name)) {
        throw new IllegalArgumentException(
            "'" + name + "' is no effect: NoSchedule, PreferNoSchedule or NoExecute");
      }
    });
    return new Toleration(
        qualifiedName(equals < 0 ? keyAndValue : keyAndValue.substring(0, equals)),
        equals < 0 ? Optional.empty() : Optional.of(labelValue(keyAndValue.substring(equals + 1))),
        effect);
  }

  static SecretKey secretKey(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException("'" + text + "' is no SECRET/KEY");
    }
    return new SecretKey(objectName(text.substring(0, slash)), text.substring(slash + 1));
  }

  static ConfigMapKey configMapKey(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new ConfigMapKey(objectName(text), Optional.empty());
    }
    String key = text.substring(slash + 1);
    if (!key.matches("[A-Za-z0-9._-]{1,253}") || key.startsWith("..")) {
      throw new IllegalArgumentException("'" + key + "' is no key of a ConfigMap");
    }
    return new ConfigMapKey(objectName(text.substring(0, slash)), Optional.of(key));
  }

  /// A mapping in JSON or flow YAML.
  static Map<String, Object> tree(String text) {
    try {
      if (new Load(LoadSettings.builder().build()).loadFromString(text) instanceof Map<?, ?> map) {
        return Trees.withTextKeys(map);
      }
      throw new IllegalArgumentException("no mapping");
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(
          "no JSON: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
  }
}
