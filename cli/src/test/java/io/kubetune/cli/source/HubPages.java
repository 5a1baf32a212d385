package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/// A repository of the Hugging Face hub on a [FileServer]: the listing, small files, and large ones
/// behind a redirect to another host.
public final class HubPages {
  private HubPages() {}

  static void put(
      FileServer server,
      String commit,
      String kind,
      String id,
      String page,
      Map<String, byte[]> files) {
    put(server, "localhost", commit, kind, id, page, files);
  }

  /// @param store the host that large files are on
  public static void put(
      FileServer server,
      String store,
      String commit,
      String kind,
      String id,
      String page,
      Map<String, byte[]> files) {
    StringBuilder siblings = new StringBuilder();
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      byte[] content = each.getValue();
      String sha256 = Digest.of(content).hex();
      boolean large = content.length > 1000;
      siblings
          .append(siblings.isEmpty() ? "" : ",")
          .append("{\"rfilename\":\"%s\",\"size\":%d".formatted(each.getKey(), content.length))
          .append(",\"blobId\":\"%s\"".formatted(gitName(content)))
          .append(
              large
                  ? ",\"lfs\":{\"sha256\":\"%s\",\"size\":%d}".formatted(sha256, content.length)
                  : "")
          .append("}");
      String resolve = page + "/resolve/" + commit + "/" + each.getKey();
      if (large) {
        String cdn = "/cdn/" + sha256;
        server.put(cdn, content, "\"another-etag\"");
        server.redirect(
            resolve,
            server.uri(store, cdn) + "?X-Amz-Signature=abc",
            Map.of("X-Linked-Etag", "\"" + sha256 + "\"", "X-Repo-Commit", commit));
      } else {
        server.put(resolve, content, "\"" + gitName(content) + "\"");
      }
    }
    byte[] listing =
        "{\"id\":\"%s\",\"sha\":\"%s\",\"siblings\":[%s]}"
            .formatted(id, commit, siblings)
            .getBytes(StandardCharsets.UTF_8);
    server.put("/api/" + kind + "/" + id + "/revision/main", listing);
    server.put("/api/" + kind + "/" + id + "/revision/" + commit, listing);
  }

  private static String gitName(byte[] content) {
    MessageDigest sum = sha1();
    sum.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(sum.digest(content));
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
