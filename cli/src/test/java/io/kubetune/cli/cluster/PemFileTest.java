package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.registry.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys as openssl and Kubernetes' installers write them.
class PemFileTest {
  @TempDir private Path folder;

  @BeforeEach
  void requireOpenssl() {
    Tool.require("openssl", "openssl");
  }

  @ParameterizedTest
  @CsvSource({
    "genrsa -traditional 2048, RSA, BEGIN RSA PRIVATE KEY",
    "genrsa 2048, RSA, BEGIN PRIVATE KEY",
    "ecparam -name prime256v1 -genkey -noout, EC, BEGIN EC PRIVATE KEY",
    "ecparam -name secp384r1 -genkey, EC, BEGIN EC PARAMETERS",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521, EC, BEGIN PRIVATE KEY",
    "genpkey -algorithm ed25519, EdDSA, BEGIN PRIVATE KEY",
  })
  void everyKindOfKeyIsRead(String arguments, String kind, String form) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    String pem = Tool.run(command);
    assertThat(pem).contains(form);
    assertThat(new PemFile(pem).key().getAlgorithm()).isEqualTo(kind);
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutQuotingIt() {
    for (String pem :
        List.of(
            "none",
            "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nczNjcmV0\n-----END EC PRIVATE KEY-----")) {
      assertThatThrownBy(() -> new PemFile(pem).key())
          .hasMessageContaining("key")
          .hasMessageNotContaining("s3cret")
          .hasMessageNotContaining("czNjcmV0");
    }
  }

  @Test
  void aChainOfCertificatesKeepsItsOrder() throws Exception {
    StringBuilder chain = new StringBuilder("# a remark\n");
    for (String name : List.of("leaf", "root")) {
      Path file = folder.resolve(name);
      Tool.run(
          List.of(
              "openssl",
              "req",
              "-x509",
              "-newkey",
              "ec",
              "-pkeyopt",
              "ec_paramgen_curve:P-256",
              "-nodes",
              "-subj",
              "/CN=" + name,
              "-keyout",
              "/dev/null",
              "-out",
              file.toString()));
      chain.append(Files.readString(file));
    }
    assertThat(new PemFile(chain.toString()).certificates())
        .extracting(each -> each.getSubjectX500Principal().getName())
        .containsExactly("CN=leaf", "CN=root");
  }
}
