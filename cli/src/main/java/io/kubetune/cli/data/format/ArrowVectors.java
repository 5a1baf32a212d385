package io.kubetune.cli.data.format;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Type;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/// Cuts a record batch's body into columns: nodes and buffers stand in it in the order of the
/// schema, parents before children.
///
/// ```
/// Map<String, ArrowVector> columns = new ArrowVectors(batch, body, dictionaries).of(fields, wanted);
/// ```
final class ArrowVectors {
  private static final long NOT_COMPRESSED = -1;
  private static final int MAX_BUFFER_BYTES = 1 << 30;

  private final RecordBatch batch;
  private final ByteBuffer body;
  private final Map<Long, ArrowVector> dictionaries;
  private int node;
  private int buffer;
  private int variadic;

  /// Whether the column at hand is needed; the others are only stepped over.
  private boolean needed = true;

  ArrowVectors(RecordBatch batch, byte[] body, Map<Long, ArrowVector> dictionaries) {
    this.batch = batch;
    this.body = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    this.dictionaries = dictionaries;
  }

  /// @param wanted names of the columns that are needed; empty for all
  Map<String, ArrowVector> of(List<Field> fields, Set<String> wanted) {
    if (!fields.isEmpty() && batch.nodes(0).length() != batch.length()) {
      throw new IllegalStateException("columns of another length than the batch");
    }
    Map<String, ArrowVector> columns = new LinkedHashMap<>();
    for (Field field : fields) {
      needed = wanted.isEmpty() || wanted.contains(field.name());
      ArrowVector vector = vector(field, field.name());
      if (needed) {
        columns.put(field.name(), vector);
      }
    }
    return columns;
  }

  /// A dictionary's values: the field's own type, without the indices.
  ArrowVector dictionary(Field field) {
    return plain(field, field.name());
  }

  private ArrowVector vector(Field field, String path) {
    if (field.dictionary() == null) {
      return plain(field, path);
    }
    node++;
    ByteBuffer validity = next();
    Int type = field.dictionary().indexType();
    int bits = type == null ? 32 : type.bitWidth();
    ArrowVector values = dictionaries.get(field.dictionary().id());
    if (values == null && needed) {
      throw new UnreadableValueException(path, "its dictionary is missing", "");
    }
    return new ArrowVector.Indexed(validity, new ArrowVector.Ints(null, next(), bits), values);
  }

  private ArrowVector plain(Field field, String path) {
    node++;
    return switch (field.typeType()) {
      case Type.Null -> new ArrowVector.Nulls();
      case Type.Bool -> new ArrowVector.Bools(next(), next());
      case Type.Int ->
          new ArrowVector.Ints(next(), next(), ((Int) field.type(new Int())).bitWidth());
      case Type.FloatingPoint ->
          new ArrowVector.Floats(
              next(), next(), ((FloatingPoint) field.type(new FloatingPoint())).precision());
      case Type.Utf8 -> new ArrowVector.Texts(path, next(), offsets(false), next());
      case Type.LargeUtf8 -> new ArrowVector.Texts(path, next(), offsets(true), next());
      case Type.Utf8View -> new ArrowVector.Views(path, next(), next(), variadic());
      case Type.List -> list(next(), offsets(false), field, path);
      case Type.LargeList -> list(next(), offsets(true), field, path);
      case Type.FixedSizeList -> {
        int size = ((FixedSizeList) field.type(new FixedSizeList())).listSize();
        ByteBuffer validity = next();
        long items = batch.nodes(node).length();
        yield new ArrowVector.FixedLists(
            validity, size, vector(field.children(0), path + "[]"), items);
      }
      case Type.Struct_ -> struct(field, path);
      case Type.Binary, Type.LargeBinary -> other(field, path, 3);
      case Type.FixedSizeBinary,
          Type.Decimal,
          Type.Date,
          Type.Time,
          Type.Timestamp,
          Type.Interval,
          Type.Duration ->
          other(field, path, 2);
      case Type.Map -> {
        ArrowVector map = other(field, path, 2);
        boolean outer = needed;
        needed = false;
        vector(field.children(0), path);
        needed = outer;
        yield map;
      }
      // How many buffers these have can't be told without reading them.
      default ->
          throw new UnreadableValueException(
              path,
              "is of Arrow's type " + Type.name(field.typeType()),
              "leave the column out of the file");
    };
  }

  private ArrowVector list(
      ByteBuffer validity, ArrowVector.Offsets offsets, Field field, String path) {
    long items = batch.nodes(node).length();
    return new ArrowVector.Lists(validity, offsets, vector(field.children(0), path + "[]"), items);
  }

  private ArrowVector struct(Field field, String path) {
    ByteBuffer validity = next();
    List<String> names = new ArrayList<>();
    List<ArrowVector> children = new ArrayList<>();
    for (int i = 0; i < field.childrenLength(); i++) {
      names.add(field.children(i).name());
      children.add(vector(field.children(i), path + "." + field.children(i).name()));
    }
    return new ArrowVector.Structs(validity, names, children);
  }

  private ArrowVector other(Field field, String path, int buffers) {
    for (int i = 0; i < buffers; i++) {
      next();
    }
    if (needed) {
      throw new UnreadableValueException(
          path,
          "is of Arrow's type " + Type.name(field.typeType()) + ", which is no text",
          "write it as text, or the file as JSON Lines");
    }
    return new ArrowVector.Nulls();
  }

  private ArrowVector.Offsets offsets(boolean wide) {
    return new ArrowVector.Offsets(next(), wide);
  }

  private List<ByteBuffer> variadic() {
    List<ByteBuffer> data = new ArrayList<>();
    long count = batch.variadicBufferCounts(variadic++);
    for (long i = 0; i < count; i++) {
      data.add(next());
    }
    return data;
  }

  /// The next buffer, unpacked; empty where the column is not needed.
  private ByteBuffer next() {
    Buffer place = batch.buffers(buffer++);
    if (!needed || place.length() == 0) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer slice =
        body.slice(Math.toIntExact(place.offset()), Math.toIntExact(place.length()))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (batch.compression() == null) {
      return slice;
    }
    long length = slice.getLong(0);
    ByteBuffer packed = slice.slice(Long.BYTES, slice.capacity() - Long.BYTES);
    if (length == NOT_COMPRESSED) {
      return packed.order(ByteOrder.LITTLE_ENDIAN);
    }
    if (length < 0 || length > MAX_BUFFER_BYTES) {
      throw new IllegalStateException("a buffer of " + length + " bytes");
    }
    byte[] compressed = new byte[packed.remaining()];
    packed.get(compressed);
    // The length stands twice where it is right; memory is taken only then.
    if (batch.compression().codec() == CompressionType.ZSTD
        && Zstd.getFrameContentSize(compressed) != length) {
      throw new IllegalStateException("a compressed buffer of another length than it says");
    }
    byte[] unpacked =
        batch.compression().codec() == CompressionType.ZSTD
            ? Zstd.decompress(compressed, (int) length)
            : lz4(compressed, (int) length);
    return ByteBuffer.wrap(unpacked).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] lz4(byte[] frame, int length) {
    try (var in = new FramedLZ4CompressorInputStream(new ByteArrayInputStream(frame))) {
      return in.readNBytes(length);
    } catch (IOException e) {
      throw new UncheckedIOException("a damaged LZ4 frame", e);
    }
  }
}
