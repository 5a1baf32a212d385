package io.kubetune.contract.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.config.Key.Standing;
import io.kubetune.contract.config.ValueParser.Parsed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyTableTest {
  private static Stream<Key> keys() {
    KeyTable table = KeyTable.standard();
    return table.sections().stream().flatMap(section -> table.section(section).stream());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyIsDocumentedAndItsDefaultIsAValueOfIt(Key key) {
    assertThat(key.doc()).endsWith(".").hasSizeGreaterThan(4);
    assertThat(key.why().isEmpty()).isEqualTo(key.standing() == Standing.OBEYED);
    assertThat(key.neutral().isEmpty()).isEqualTo(key.standing() != Standing.REFUSED);
    key.defaultValue()
        .ifPresent(
            value -> assertThat(ValueParser.parse(key, value)).isInstanceOf(Parsed.Ok.class));
    if (key.standing() == Standing.REFUSED) {
      assertThat(key.neutral())
          .as("the default of %s is neutral", key.path())
          .anyMatch(each -> ValueParser.same(each.orElse(null), key.defaultValue().orElse(null)));
    }
  }

  @Test
  void noSpellingMeansTwoKeysOfASection() {
    for (String section : KeyTable.standard().sections()) {
      Set<String> spellings = new HashSet<>();
      for (Key key : KeyTable.standard().section(section)) {
        Stream.of(List.of(key.name()), key.aliases(), key.mistaken())
            .flatMap(List::stream)
            .forEach(each -> assertThat(spellings.add(each)).as(section + "." + each).isTrue());
      }
    }
  }

  @Test
  void kaitosSectionsAndOursAreThere() {
    assertThat(KeyTable.standard().sections())
        .containsExactly(
            "ModelConfig",
            "QuantizationConfig",
            "LoraConfig",
            "TrainingArguments",
            "DataCollator",
            "DatasetConfig",
            "KubetuneConfig");
    assertThat(KeyTable.standard().find("TrainingArguments", "max_seq_length"))
        .get()
        .extracting(Key::name)
        .isEqualTo("max_length");
  }

  @Test
  void aSwapOfNeighboursIsOneEdit() {
    assertThat(NearestName.distance("rnak", "rank")).isEqualTo(1);
    assertThat(NearestName.distance("lora_alhpa", "lora_alpha")).isEqualTo(1);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.among(List.of("ModelConfig", "LoraConfig"), "banana")).isEmpty();
  }
}
