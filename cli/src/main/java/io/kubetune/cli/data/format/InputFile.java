package io.kubetune.cli.data.format;

import com.github.luben.zstd.ZstdInputStream;
import io.kubetune.contract.Problem;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// One file of a dataset: opens it, unpacks it, and finds its format by what is in it.
///
/// ```
/// try (RowReader rows = new InputFile(path, "data/rows.jsonl.gz", Optional.empty()).open()) { … }
/// ```
///
/// @param shown the path as the user named it: it stands in every message
/// @param format overrides what the content says
public record InputFile(Path path, String shown, Optional<Format> format) {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] GZIP_MAGIC = {0x1F, (byte) 0x8B};
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

  /// @throws DamagedFileException where the file is missing, empty or in no known format
  public RowReader open() throws IOException {
    InputStream in = openPlain();
    try {
      InputStream plain = buffered(in);
      InputStream unpacked = unpack(plain);
      return reader(unpacked, unpacked != plain);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private RowReader reader(InputStream in, boolean packed) throws IOException {
    byte[] head = head(in);
    int bom = FormatDetection.byteOrderMarkBytes(head);
    Format found = new FormatDetection(head, shown).format(format);
    if (found == Format.PARQUET) {
      in.close();
      if (packed) {
        throw damaged("Parquet inside a compressed file", "unpack it first", null);
      }
      return new ParquetReader(path, shown);
    }
    in.skipNBytes(bom);
    return switch (found) {
      case JSON_LINES -> new JsonLinesReader(in, shown, bom);
      case JSON_ARRAY -> new JsonArrayReader(new StrictUtf8Reader(in, shown, bom), shown);
      case CSV -> new CsvReader(new StrictUtf8Reader(in, shown, bom), shown, ',');
      case TSV -> new CsvReader(new StrictUtf8Reader(in, shown, bom), shown, '\t');
      case ARROW -> new ArrowReader(in, shown);
      case TEXT -> new TextReader(new StrictUtf8Reader(in, shown, bom), shown);
      case PARQUET -> throw new IllegalStateException("opened above");
    };
  }

  private InputStream openPlain() throws IOException {
    if (Files.isDirectory(path)) {
      throw damaged("is a folder", "name a file in it", null);
    }
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw damaged("no such file", "", e);
    } catch (AccessDeniedException e) {
      throw damaged("no permission to read it", "chmod +r " + shown, e);
    }
  }

  private InputStream unpack(InputStream in) throws IOException {
    byte[] head = head(in);
    try {
      if (begins(head, GZIP_MAGIC)) {
        return buffered(new Unpacked(new GZIPInputStream(in, BUFFER_BYTES), "gzip"));
      }
      if (begins(head, ZSTD_MAGIC)) {
        return buffered(new Unpacked(new ZstdInputStream(in), "zstd"));
      }
    } catch (EOFException e) {
      throw damaged("the compressed stream ends early", "download or copy it again", e);
    }
    return in;
  }

  private static InputStream buffered(InputStream in) {
    return new BufferedInputStream(in, BUFFER_BYTES);
  }

  private static boolean begins(byte[] head, byte[] magic) {
    return head.length >= magic.length
        && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
  }

  private static byte[] head(InputStream in) throws IOException {
    in.mark(FormatDetection.HEAD_BYTES);
    byte[] head = in.readNBytes(FormatDetection.HEAD_BYTES);
    in.reset();
    return head;
  }

  private DamagedFileException damaged(String found, String remedy, IOException cause) {
    return new DamagedFileException(new Problem(shown, found, remedy), cause);
  }

  /// Tells a stream that ends early or is damaged from a disk that fails.
  private final class Unpacked extends FilterInputStream {
    private final String codec;

    Unpacked(InputStream in, String codec) {
      super(in);
      this.codec = codec;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      try {
        return super.read(target, from, length);
      } catch (EOFException e) {
        throw damaged("the " + codec + " stream ends early", "download or copy it again", e);
      } catch (ZipException e) {
        throw damaged("the " + codec + " stream is damaged: " + e.getMessage(), "copy it again", e);
      }
    }
  }
}
