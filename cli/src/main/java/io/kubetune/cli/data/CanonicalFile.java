package io.kubetune.cli.data;

import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.format.Place;
import io.kubetune.contract.DataManifest.Origin;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// One file of canonical rows while it is written: its digest, and what was found on the way.
///
/// ```
/// try (var train = new CanonicalFile(folder.resolve("train.jsonl"))) {
///   train.read(pipeline, files);
/// }
/// ```
final class CanonicalFile implements AutoCloseable {
  private record Noticed(long rows, Place first) {}

  private final Path path;
  private final FileChannel channel;
  private final OutputStream out;
  private final MessageDigest digest = sha256();
  private final Problems problems = new Problems();
  private final Map<Notice, Noticed> notices = new EnumMap<>(Notice.class);
  private final Origins origins = new Origins();
  private long rows;
  private long bytes;
  private long estimatedTokens;

  CanonicalFile(Path path) throws IOException {
    this.path = path;
    channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    out = Channels.newOutputStream(channel);
  }

  void read(RowPipeline pipeline, List<InputFile> files) throws IOException {
    for (InputFile file : files) {
      pipeline.read(file, this::add);
    }
    channel.force(true);
  }

  private void add(ShapedBatch batch) throws IOException {
    problems.addAll(batch.problems());
    rows += batch.rows().size();
    for (ShapedRow row : batch.rows()) {
      origins.add(row.place());
      estimatedTokens += TokenEstimate.ofBytes(row.bytes());
      row.notices()
          .forEach(each ->
              notices.merge(
                  each,
                  new Noticed(1, row.place()),
                  (seen, _) -> new Noticed(seen.rows + 1, seen.first)));
    }
    bytes += batch.canonical().length;
    // Nothing is kept of a dataset that has problems: reading goes on only to count them.
    if (problems.total() == 0) {
      out.write(batch.canonical());
      digest.update(batch.canonical());
    }
  }

  List<Problem> warnings() {
    List<Problem> warnings = new ArrayList<>();
    notices.forEach((notice, noticed) ->
        warnings.add(
            noticed.first.problem(
                "",
                notice.found()
                    + (noticed.rows == 1 ? "" : " (the first of %d rows)".formatted(noticed.rows)),
                notice.meaning())));
    return warnings;
  }

  Path path() {
    return path;
  }

  Problems problems() {
    return problems;
  }

  List<Origin> origins() {
    return origins.runs();
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }

  long estimatedTokens() {
    return estimatedTokens;
  }

  /// Of everything written, in lower-case hex. Asked for once, at the end.
  String digest() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
