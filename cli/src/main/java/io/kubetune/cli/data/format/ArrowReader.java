package io.kubetune.cli.data.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Rows of an Arrow IPC stream or file, one record batch in memory at a time.
///
/// The file format is the stream format between a magic word and a footer, so both are read from
/// front to end (arrow.apache.org/docs/format/Columnar.html, "Serialization and Interprocess
/// Communication").
final class ArrowReader implements RowReader {
  /// The file's magic word, padded to eight bytes.
  private static final int FILE_MAGIC_BYTES = 8;

  private static final int CONTINUATION = -1;
  private static final int MAX_METADATA_BYTES = 64 << 20;

  private final InputStream in;
  private final String file;
  private final List<Field> fields = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Map<Long, ArrowVector> dictionaries = new HashMap<>();
  private Set<String> wanted = Set.of();

  /// Of the record batch at hand, by column.
  private Map<String, ArrowVector> vectors = Map.of();

  private int batchRows;
  private int batchRow;
  private long row;
  private boolean ended;

  /// @throws DamagedFileException where it does not begin with a schema
  ArrowReader(InputStream in, String file) throws IOException {
    this.in = in;
    this.file = file;
    in.mark(FILE_MAGIC_BYTES);
    byte[] magic = in.readNBytes(FILE_MAGIC_BYTES);
    if (magic.length > 0 && magic[0] == (byte) CONTINUATION) {
      in.reset();
    }
    try {
      schema(message());
    } catch (RuntimeException e) {
      // Offsets that point outside of the message.
      throw damaged("a damaged schema");
    }
  }

  private void schema(Message first) throws IOException {
    if (first == null || first.headerType() != MessageHeader.Schema) {
      throw damaged("no schema at its beginning");
    }
    Schema schema = (Schema) first.header(new Schema());
    if (schema.endianness() != 0) {
      throw damaged("big-endian values");
    }
    for (int i = 0; i < schema.fieldsLength(); i++) {
      fields.add(schema.fields(i));
      names.add(Objects.requireNonNull(schema.fields(i).name()));
    }
  }

  @Override
  public Optional<Header> header() {
    return Optional.of(new Header(names, Place.whole(file)));
  }

  @Override
  public void readOnly(Set<String> columns, Set<String> structured) {
    wanted = columns;
  }

  @Override
  public RowBatch next() throws IOException {
    Rows rows = new Rows();
    try {
      while (!ended && !rows.full()) {
        if (batchRow == batchRows) {
          nextRecordBatch();
        } else {
          row(rows);
        }
      }
    } catch (DamagedFileException e) {
      ended = true;
      rows.end(e.problem());
    } catch (UnreadableValueException e) {
      ended = true;
      rows.end(place().problem(e.field(), e.getMessage(), e.remedy()));
    } catch (RuntimeException e) {
      // Offsets that point outside of the message.
      ended = true;
      rows.end(place().problem("", "can't be read: " + e.getMessage(), "is the file damaged?"));
    }
    return rows.isEmpty() ? null : rows;
  }

  private void row(Rows rows) {
    row++;
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    int size = 0;
    try {
      for (Map.Entry<String, ArrowVector> each : vectors.entrySet()) {
        found.set(each.getKey(), each.getValue().value(batchRow));
        size += each.getValue().textBytes(batchRow);
      }
      rows.add(found, new Place(file, Place.Unit.ROW, row), size);
    } catch (UnreadableValueException e) {
      rows.add(new Place(file, Place.Unit.ROW, row).problem(e.field(), e.getMessage(), e.remedy()));
    }
    batchRow++;
  }

  private void nextRecordBatch() throws IOException {
    Message message = message();
    if (message == null) {
      ended = true;
      return;
    }
    byte[] body = body(message.bodyLength());
    switch (message.headerType()) {
      case MessageHeader.RecordBatch -> {
        RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
        vectors = new ArrowVectors(batch, body, dictionaries).of(fields, wanted);
        batchRows = Math.toIntExact(batch.length());
        batchRow = 0;
      }
      case MessageHeader.DictionaryBatch -> {
        DictionaryBatch batch = (DictionaryBatch) message.header(new DictionaryBatch());
        if (batch.isDelta()) {
          throw damaged("a dictionary that grows, which this version does not read");
        }
        Field field = dictionaryField(fields, batch.id());
        dictionaries.put(
            batch.id(), new ArrowVectors(batch.data(), body, dictionaries).dictionary(field));
      }
      default -> throw damaged("a message of kind " + message.headerType());
    }
  }

  private static Field dictionaryField(List<Field> among, long id) {
    for (Field field : among) {
      if (field.dictionary() != null && field.dictionary().id() == id) {
        return field;
      }
      List<Field> children = new ArrayList<>();
      for (int i = 0; i < field.childrenLength(); i++) {
        children.add(field.children(i));
      }
      Field below = children.isEmpty() ? null : dictionaryField(children, id);
      if (below != null) {
        return below;
      }
    }
    return null;
  }

  /// The next message's metadata; null at the end of the stream.
  private Message message() throws IOException {
    byte[] prefix = in.readNBytes(2 * Integer.BYTES);
    if (prefix.length == 0) {
      return null;
    }
    ByteBuffer lengths = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
    if (prefix.length < 2 * Integer.BYTES || lengths.getInt() != CONTINUATION) {
      throw damaged("a message that begins with no message's mark");
    }
    int length = lengths.getInt();
    if (length == 0) {
      return null;
    }
    if (length < 0 || length > MAX_METADATA_BYTES) {
      throw damaged("a message of %d bytes of metadata".formatted(length));
    }
    byte[] metadata = in.readNBytes(length);
    if (metadata.length < length) {
      throw damaged("its end: the file is cut short");
    }
    return Message.getRootAsMessage(ByteBuffer.wrap(metadata).order(ByteOrder.LITTLE_ENDIAN));
  }

  private byte[] body(long length) throws IOException {
    if (length < 0 || length > Integer.MAX_VALUE - Long.BYTES) {
      throw damaged(
          "a record batch of %d bytes: write the file in smaller batches".formatted(length));
    }
    byte[] body = in.readNBytes((int) length);
    if (body.length < length) {
      throw damaged("its end: the file is cut short");
    }
    return body;
  }

  private Place place() {
    return row == 0 ? Place.whole(file) : new Place(file, Place.Unit.ROW, row);
  }

  private DamagedFileException damaged(String found) {
    return new DamagedFileException(
        place().problem("", "not readable as Arrow IPC: " + found, "write the file again"));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
