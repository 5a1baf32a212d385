package io.kubetune.cli.inspect.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.kubetune.cli.registry.Authorities;
import io.kubetune.cli.request.ConfigMapKey;
import io.kubetune.contract.Problem;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Whether a ConfigMap has the certificates that it is named for; without one, the pod would fail
/// at its first connection.
///
/// ```
/// new CaConfigMap(request.pod().caConfigMap().get()).problem(found)
/// ```
record CaConfigMap(ConfigMapKey wanted) {

  Optional<Problem> problem(ConfigMap map) {
    SortedMap<String, String> texts = texts(map);
    if (wanted.key().isPresent() && !texts.containsKey(wanted.key().get())) {
      return told(
          "it has no key " + wanted.key().get() + keys(texts),
          "name one that it has, or none to take all of them");
    }
    List<String> looked = wanted.key().map(List::of).orElse(List.copyOf(texts.keySet()));
    List<String> damaged = new ArrayList<>();
    boolean any = false;
    for (String key : looked) {
      try {
        any |= !Authorities.in(texts.get(key)).isEmpty();
      } catch (CertificateException e) {
        damaged.add(key);
      }
    }
    if (!damaged.isEmpty()) {
      return told(
          "a certificate in " + String.join(", ", damaged) + " is damaged",
          "openssl x509 -in FILE -noout says of a file whether it is whole");
    }
    return any
        ? Optional.empty()
        : told(
            "there is no certificate in "
                + wanted.key().map(key -> "its key " + key).orElse("it" + keys(texts)),
            "make it of a file with -----BEGIN CERTIFICATE----- blocks:\n  kubectl create configmap "
                + wanted.name()
                + " --from-file=ca.crt=FILE");
  }

  private Optional<Problem> told(String found, String remedy) {
    return Optional.of(new Problem("ConfigMap " + wanted.name(), found, remedy));
  }

  private static String keys(SortedMap<String, String> texts) {
    return texts.isEmpty() ? ", and no others" : ", only " + String.join(", ", texts.keySet());
  }

  /// Of both kinds: what is no UTF-8 text, as a trust store, is among the binary ones.
  private static SortedMap<String, String> texts(ConfigMap map) {
    SortedMap<String, String> texts = new TreeMap<>();
    if (map.getData() != null) {
      texts.putAll(map.getData());
    }
    Map<String, String> binary = map.getBinaryData() == null ? Map.of() : map.getBinaryData();
    binary.forEach((key, value) ->
        texts.put(
            key, new String(Base64.getMimeDecoder().decode(value), StandardCharsets.ISO_8859_1)));
    return texts;
  }
}
