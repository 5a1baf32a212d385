package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kubetune.cli.data.format.Format;
import io.kubetune.contract.config.KeyTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `templates/tune.schema.json` says what [Field] says; `-Dkubetune.goldens=write` (through
/// `surefire.extraArgs`) writes it anew.
class TuneSchemaTest {
  private static final Path TEMPLATES = Path.of(System.getProperty("kubetune.root"), "templates");

  @Test
  void theSchemaHasExactlyTheKeysThatAreRead() throws IOException {
    Path file = TEMPLATES.resolve("tune.schema.json");
    String schema = schemaOfFields().toPrettyString() + "\n";
    if ("write".equals(System.getProperty("kubetune.goldens"))) {
      Files.writeString(file, schema);
    }
    assertThat(Files.readString(file))
        .as(
            "stale; write it anew with mvn test -pl cli -am -Dsurefire.extraArgs=-Dkubetune.goldens=write")
        .isEqualTo(schema);
  }

  @Test
  void theExampleFollowsTheSchemaAndAMisspelledKeyDoesNot() throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(
                JsonMapper.shared()
                    .readTree(Files.readString(TEMPLATES.resolve("tune.schema.json"))));
    String example = Files.readString(TEMPLATES.resolve("tune.yaml"));
    assertThat(schema.validate(json(example))).isEmpty();
    assertThat(schema.validate(json(example.replace("  model:", "  modle:")))).hasSize(2);
    assertThat(schema.validate(json(example.replace("      r: 8", "      rnak: 8")))).hasSize(1);
    assertThat(schema.validate(json(example.replace("runtime: local", "runtime: cloud"))))
        .hasSize(1);
  }

  private static JsonNode json(String yaml) {
    return JsonMapper.shared()
        .valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }

  private static ObjectNode schemaOfFields() {
    ObjectNode root = object("A fine-tuning run of kubectl tune.");
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", TuneFile.KIND + " " + TuneFile.API_VERSION);
    root.putArray("required").add("apiVersion").add("kind").add("spec");
    properties(root).putObject("apiVersion").put("const", TuneFile.API_VERSION);
    properties(root).putObject("kind").put("const", TuneFile.KIND);
    for (Field field : Field.values()) {
      if (!field.key().isEmpty()) {
        String[] path = field.key().split("\\.");
        ObjectNode parent = root;
        for (int i = 0; i + 1 < path.length; i++) {
          if (!properties(parent).has(path[i])) {
            properties(parent).set(path[i], object(null));
          }
          parent = (ObjectNode) properties(parent).get(path[i]);
        }
        properties(parent).set(path[path.length - 1], value(field));
      }
    }
    ((ObjectNode) properties(root).get("spec")).putArray("required").add("model").add("data");
    return root;
  }

  private static ObjectNode value(Field field) {
    ObjectNode value = JsonNodeFactory.instance.objectNode().put("description", field.help());
    switch (field) {
      case SET -> trainingConfig(value);
      case AFFINITY -> value.put("type", "object");
      case RUNTIME -> {
        for (RuntimeKind each : RuntimeKind.values()) {
          value.withArray("enum").add(each.text());
        }
        value.withArray("enum").add("auto"); // one of the others, when the request is read
      }
      case FORMAT ->
          Arrays.stream(Format.values()).forEach(each -> value.withArray("enum").add(each.flag()));
      case METHOD -> value.putArray("enum").add("lora").add("qlora");
      default -> {
        switch (field.shape()) {
          case ONE -> scalar(value, field == Field.OUTPUT);
          case LIST -> {
            value.putArray("type").add("array").add("string");
            scalar(value.putObject("items"), field == Field.DATA || field == Field.EVAL_DATA);
          }
          case MAP -> {
            value.put("type", "object");
            scalar(value.putObject("additionalProperties"), false);
          }
        }
      }
    }
    return value;
  }

  /// @param volume a pod's volume source is possible too
  private static void scalar(ObjectNode value, boolean volume) {
    value.putArray("type").add("string").add("number").add("boolean");
    if (volume) {
      value.withArray("type").add("object");
    }
  }

  private static void trainingConfig(ObjectNode value) {
    value.put("type", "object");
    value.put("additionalProperties", false);
    ObjectNode sections = value.putObject("properties");
    for (String section : KeyTable.standard().sections()) {
      ObjectNode keys = object(null);
      KeyTable.standard()
          .section(section)
          .forEach(key -> {
            properties(keys).putObject(key.name()).put("description", key.doc());
            key.aliases()
                .forEach(alias ->
                    properties(keys)
                        .putObject(alias)
                        .put("description", "The same as " + key.name() + "."));
          });
      sections.set(section, keys);
    }
  }

  private static ObjectNode object(String description) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    if (description != null) {
      object.put("description", description);
    }
    object.put("type", "object");
    object.put("additionalProperties", false);
    object.putObject("properties");
    return object;
  }

  private static ObjectNode properties(ObjectNode object) {
    return (ObjectNode) object.get("properties");
  }
}
