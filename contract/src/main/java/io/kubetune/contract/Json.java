package io.kubetune.contract;

import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// The one JSON reader of the plugin, set up so that it works in a native image too.
///
/// ```
/// JsonNode config = Json.MAPPER.readTree(Files.readString(folder.resolve("config.json")));
/// ```
public final class Json {
  // Jackson's fast parser of numbers reads its characters through a memory segment's var handle,
  // which throws UnsupportedOperationException in a native image. The JDK's own is exact as well.
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .disable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
          .build();

  public static final JsonMapper MAPPER = JsonMapper.builder(FACTORY).build();

  private Json() {}
}
