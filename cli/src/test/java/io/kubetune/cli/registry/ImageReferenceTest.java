package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  private static final String SUM = "sha256:" + "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "ghcr.io/team/adapter:v1, ghcr.io, team/adapter, v1",
    "localhost:5000/a/b_c/d.e:x-1, localhost:5000, a/b_c/d.e, x-1",
    "127.0.0.1:5000/x, 127.0.0.1:5000, x, latest",
    "[::1]:5000/x:1, [::1]:5000, x, 1",
    "team/adapter:v1, docker.io, team/adapter, v1",
    "busybox, docker.io, library/busybox, latest",
  })
  void aNameIsReadAsEveryOtherToolReadsIt(String text, String host, String repository, String tag) {
    assertThat(ImageReference.parse(text))
        .isInstanceOfSatisfying(
            ImageReference.Registry.class,
            image -> {
              assertThat(image.host()).isEqualTo(host);
              assertThat(image.repository()).isEqualTo(repository);
              assertThat(image.tag()).contains(tag);
            });
  }

  @Test
  void aDigestWinsOverATag() {
    ImageReference.Registry image =
        (ImageReference.Registry) ImageReference.parse("ghcr.io/a/b:v1@" + SUM);
    assertThat(image.reference()).isEqualTo(SUM);
    assertThat(image).hasToString("ghcr.io/a/b:v1@" + SUM);
  }

  @Test
  void aLayoutsFolderMayHaveColonsAndSpaces() {
    assertThat(ImageReference.parse("oci:out"))
        .isEqualTo(new ImageReference.OciLayout(Path.of("out"), "latest"));
    assertThat(ImageReference.parse("oci:/a b/c:v1"))
        .isEqualTo(new ImageReference.OciLayout(Path.of("/a b/c"), "v1"));
    assertThat(ImageReference.parse("oci:/a:b/c"))
        .isEqualTo(new ImageReference.OciLayout(Path.of("/a:b/c"), "latest"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "oci:",
        "oci:out:bad tag",
        "ghcr.io/Team/x",
        "ghcr.io/x:",
        "ghcr.io/x@sha256:123",
        "ghcr.io/x@md5:abc",
        "ghcr.io//x",
        "ho st.io/x",
        "ghcr.io/../x",
        "https://ghcr.io/x:1",
      })
  void anythingElseIsRefusedWithTheAcceptedForms(String text) {
    assertThatThrownBy(() -> ImageReference.parse(text))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
              assertThat(e.problems().toString()).contains("oci:DIR[:TAG]", "@sha256:");
            });
  }

  @Test
  void severalChallengesInOneHeaderAreToldApart() {
    List<Challenge> found =
        Challenge.parse(
            List.of(
                "Bearer realm=\"https://auth.example/token?a=b\",service=\"reg.example\","
                    + "scope=\"repository:a/b:pull,push\"",
                "Basic realm=\"x, y\""));
    assertThat(found)
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "realm", "https://auth.example/token?a=b",
                    "service", "reg.example",
                    "scope", "repository:a/b:pull,push")),
            new Challenge("basic", Map.of("realm", "x, y")));
    assertThat(Challenge.parse(List.of("Basic realm=a, Bearer realm=b")))
        .extracting(Challenge::scheme)
        .containsExactly("basic", "bearer");
  }
}
