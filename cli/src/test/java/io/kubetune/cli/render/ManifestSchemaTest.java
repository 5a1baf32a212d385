package io.kubetune.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Workspaces held against the schema that KAITO's CRD gives the API server.
class ManifestSchemaTest {
  private static final Path CRD =
      Path.of(System.getProperty("kubetune.shared"), "crds/kaito.sh_workspaces.yaml");

  @Test
  void everyGoldenWorkspaceHasOnlyFieldsThatTheCrdHas() throws IOException {
    Schema schema = workspaceSchema();
    for (String name : List.of("workspace", "workspace-volumes")) {
      Path golden =
          Path.of(
              System.getProperty("kubetune.root"),
              "cli/src/test/resources/golden/" + name + ".yaml");
      int workspaces = 0;
      for (Object document :
          new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(golden))) {
        if ("Workspace".equals(((Map<?, ?>) document).get("kind"))) {
          workspaces++;
          assertThat(schema.validate(ManifestText.node(document))).isEmpty();
        }
      }
      assertThat(workspaces).isEqualTo(1);
    }
  }

  @Test
  void theSchemaRefusesWhatTheCrdDoesNotHave() throws IOException {
    Schema schema = workspaceSchema();
    Map<String, Object> wrong =
        Map.of(
            "resource", Map.of("labelSelector", Map.of(), "count", "one"),
            "tuning", Map.of("input", Map.of("pvc", "x"), "output", Map.of()),
            "spec", Map.of());
    assertThat(schema.validate(ManifestText.node(wrong))).hasSize(3);
  }

  private static Schema workspaceSchema() throws IOException {
    if (!Files.isRegularFile(CRD)) {
      System.err.println("SKIPPED: no CRD at " + CRD);
    }
    assumeTrue(Files.isRegularFile(CRD));
    Map<?, ?> crd =
        (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(CRD));
    JsonNode versions = ManifestText.node(crd).path("spec").path("versions");
    for (JsonNode version : versions) {
      if (version.path("name").asString().equals("v1beta1")) {
        JsonNode schema = version.path("schema").path("openAPIV3Schema");
        closed(schema);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(schema);
      }
    }
    throw new AssertionError("the CRD has no v1beta1");
  }

  /// The API server drops fields that a structural schema does not name; here they are errors.
  private static void closed(JsonNode node) {
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    node.forEach(ManifestSchemaTest::closed);
  }
}
