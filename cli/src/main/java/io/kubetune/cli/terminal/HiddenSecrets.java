package io.kubetune.cli.terminal;

import io.kubetune.contract.Json;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What `-v` must not show, replaced in addresses, headers and bodies.
///
/// ```
/// HiddenSecrets.inAddress(URI.create("https://host/rows?X-Amz-Signature=ab")); // …=(hidden)
/// HiddenSecrets.inBody("{\"kind\":\"Secret\",\"data\":{\"a\":\"cw==\"}}", false);
/// ```
final class HiddenSecrets {
  static final String HIDDEN = "(hidden)";

  private static final Pattern HEADER =
      Pattern.compile(
          "(?i).*(authorization|cookie|token|secret|signature|credential|passw|key|session).*"
              + "|.*auth");

  /// The parameters that are known to be harmless: a signature's name is each storage's own.
  private static final Pattern OPEN_PARAMETER =
      Pattern.compile(
          "labelSelector|fieldSelector|limit|watch|resourceVersion(Match)?|timeout(Seconds)?"
              + "|allowWatchBookmarks|sendInitialEvents|follow|container|tailLines|since(Time|Seconds)"
              + "|timestamps|previous|limitBytes|force|fieldManager|fieldValidation|dryRun|pretty"
              + "|propagationPolicy|gracePeriodSeconds|service|scope|mount|from|digest|n|grant_type"
              + "|client_id|list-type|prefix|blobs|X-Amz-(Algorithm|Date|Expires|SignedHeaders)");

  private static final Pattern PARAMETER =
      Pattern.compile("([?&](?:amp;)?)([^?=&\\s\"'<>]+)=([^&\\s\"'<>]*)");
  private static final Pattern USER_INFO = Pattern.compile("://[^/@\\s\"'<>]+@");

  /// How the names of secrets end.
  private static final String SECRET_NAME =
      "(?:passw(?:or)?d|pwd|token|secret|api[._-]?key|access[._-]?key(?:[._-]?id)?"
          + "|(?:private|secret|ssh|tls|signing|encryption|master|account)[._-]?key|[._-]key"
          + "|key[._-]?data|authorization|credentials?|signature|signatureprovided"
          + "|dockerconfigjson|dockercfg|cookie|jwt|(?:stringtosign|canonicalrequest)(?:bytes)?)";

  private static final Pattern NAME =
      Pattern.compile("(?is).*" + SECRET_NAME + "|(?:.*[._-])?auth");

  // Nothing before the name: a long text of a server must not be gone through for each of its
  // words.
  private static final Pattern ASSIGNED =
      Pattern.compile("(?i)(" + SECRET_NAME + "|\\bauth)([\"']?\\s*[=:]\\s*[\"']?)[^\\s\"',;&<]+");
  private static final Pattern ELEMENT =
      Pattern.compile("(?i)<([\\w:.-]{0,64}" + SECRET_NAME + ")(\\s[^<>]*|)>[^<]*");

  /// A manifest within a text.
  private static final Pattern SECRET_MANIFEST =
      Pattern.compile("(?m)^\\s*[\"']?kind[\"']?\\s*:\\s*[\"']?Secret\\b");

  private static final Pattern SCHEME =
      Pattern.compile("(?i)\\b(bearer|basic)\\s+[A-Za-z0-9._~+/=-]{8,}");

  /// What is a secret whatever stands before it.
  private static final Pattern SHAPE =
      Pattern.compile(
          "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
              + "|eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*)?|hf_\\w{8,}|gh[pousr]_\\w{16,}"
              + "|(?:AKIA|ASIA)[0-9A-Z]{16}|sk-[\\w-]{16,}",
          Pattern.DOTALL);

  private HiddenSecrets() {}

  static boolean isSecretHeader(String name) {
    return HEADER.matcher(name).matches();
  }

  static String inAddress(URI uri) {
    return inAddresses(uri.toString());
  }

  /// A header's value: redirects carry signed addresses.
  static String inHeader(String value) {
    return shapes(inAddresses(value));
  }

  private static String inAddresses(String text) {
    String open = USER_INFO.matcher(text).replaceAll("://" + HIDDEN + "@");
    return PARAMETER.matcher(open).replaceAll(found -> Matcher.quoteReplacement(parameter(found)));
  }

  private static String parameter(MatchResult found) {
    return isOpen(found.group(2)) ? found.group() : found.group(1) + found.group(2) + "=" + HIDDEN;
  }

  private static boolean isOpen(String name) {
    try {
      String decoded = URLDecoder.decode(name, StandardCharsets.UTF_8);
      return OPEN_PARAMETER.matcher(decoded).matches();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// A form, as token servers are sent it.
  static String inForm(String text) {
    return inAddresses("?" + text).substring(1);
  }

  static String inText(String text) {
    if (SECRET_MANIFEST.matcher(text).find()) {
      return HIDDEN;
    }
    String open = inAddresses(text);
    open = ELEMENT.matcher(open).replaceAll("<$1$2>" + Matcher.quoteReplacement(HIDDEN));
    open = SCHEME.matcher(open).replaceAll("$1 " + Matcher.quoteReplacement(HIDDEN));
    open = ASSIGNED.matcher(open).replaceAll("$1$2" + Matcher.quoteReplacement(HIDDEN));
    return shapes(open);
  }

  private static String shapes(String text) {
    return SHAPE.matcher(text).replaceAll(Matcher.quoteReplacement(HIDDEN));
  }

  /// @param isSecret whether the address is one of Secrets, where not every body names its kind
  /// @return empty where it is no whole JSON, so that nobody knows what stands in it
  static Optional<String> inJson(String text, boolean isSecret) {
    try {
      JsonNode tree = Json.MAPPER.readTree(text);
      return tree.isMissingNode()
          ? Optional.empty()
          : Optional.of(hidden(tree, isSecret).toString());
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static JsonNode hidden(JsonNode node, boolean isSecret) {
    return switch (node) {
      case ObjectNode object -> object(object, isSecret);
      case ArrayNode array -> {
        ArrayNode changed = array.arrayNode();
        array.forEach(each -> changed.add(hidden(each, isSecret)));
        yield changed;
      }
      case JsonNode text when text.isString() ->
          JsonNodeFactory.instance.stringNode(string(text, isSecret));
      default -> node;
    };
  }

  /// JSON within a string is what `kubectl apply` keeps of an object in its annotations.
  private static String string(JsonNode text, boolean isSecret) {
    String value = text.asString();
    boolean isNested = value.startsWith("{") || value.startsWith("[");
    return (isNested ? inJson(value, isSecret) : Optional.<String>empty())
        .orElseGet(() -> inText(value));
  }

  private static ObjectNode object(ObjectNode object, boolean within) {
    String kind = object.path("kind").asString("").toLowerCase(Locale.ROOT);
    boolean isSecret = within || kind.equals("secret") || kind.equals("secretlist");
    boolean namesOne = NAME.matcher(object.path("name").asString("")).matches();
    // A JSON patch of a Secret.
    boolean patchesOne = isSecret && object.has("op") && object.has("path");
    ObjectNode changed = object.objectNode();
    List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
    for (Map.Entry<String, JsonNode> field : fields) {
      String name = field.getKey();
      boolean whole =
          isSecret
                  && (name.equals("data")
                      || name.equals("stringData")
                      || name.equals("annotations"))
              || (namesOne || patchesOne) && name.equals("value")
              || NAME.matcher(name).matches();
      changed.set(
          name, whole ? blank(field.getValue(), isSecret) : hidden(field.getValue(), isSecret));
    }
    return changed;
  }

  /// The names stay, to be debugged by; an object that is only named so (`secret: {secretName: …}`)
  /// has its own fields looked at.
  private static JsonNode blank(JsonNode node, boolean isSecret) {
    return switch (node) {
      case ObjectNode object when isSecret -> {
        ObjectNode changed = object.objectNode();
        object.properties().forEach(each -> changed.put(each.getKey(), HIDDEN));
        yield changed;
      }
      case ObjectNode object -> object(object, false);
      case ArrayNode array -> {
        ArrayNode changed = array.arrayNode();
        array.forEach(each -> changed.add(blank(each, isSecret)));
        yield changed;
      }
      case JsonNode other when other.isNull() || other.isBoolean() -> other;
      default -> JsonNodeFactory.instance.stringNode(HIDDEN);
    };
  }
}
