package io.kubetune.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;

class JsonTest {
  @Test
  void numbersAreReadByTheJdkBecauseJacksonsParserFailsInANativeImage() {
    assertThat(Json.MAPPER.isEnabled(StreamReadFeature.USE_FAST_DOUBLE_PARSER)).isFalse();
    assertThat(Json.FACTORY.isEnabled(StreamReadFeature.USE_FAST_DOUBLE_PARSER)).isFalse();
    try (JsonParser parser = Json.MAPPER.createParser("2.2250738585072014E-308")) {
      parser.nextToken();
      assertThat(parser.getDoubleValue()).isEqualTo(Double.MIN_NORMAL);
    }
  }
}
