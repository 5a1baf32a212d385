package io.kubetune.cli.data.format;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.flatbuf.Precision;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One column of an Arrow record batch (arrow.apache.org/docs/format/Columnar.html, "Physical
/// Memory Layout").
///
/// Every vector begins with a validity bitmap, least significant bit first; an empty one means that
/// nothing is null.
///
/// ```
/// JsonNode value = vector.value(17);
/// ```
sealed interface ArrowVector {
  JsonNodeFactory NODES = JsonNodeFactory.instance;

  JsonNode value(int index);

  /// Roughly what a value holds, in bytes.
  default int textBytes(int index) {
    return Long.BYTES;
  }

  private static boolean bit(ByteBuffer bits, int index) {
    return (bits.get(index >> 3) >> (index & 7) & 1) == 1;
  }

  private static boolean isNull(ByteBuffer validity, int index) {
    return validity != null && validity.capacity() > 0 && !bit(validity, index);
  }

  record Nulls() implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return NODES.nullNode();
    }
  }

  record Bools(ByteBuffer validity, ByteBuffer bits) implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index) ? NODES.nullNode() : NODES.booleanNode(bit(bits, index));
    }
  }

  record Ints(ByteBuffer validity, ByteBuffer data, int bits) implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index) ? NODES.nullNode() : NODES.numberNode(at(index));
    }

    long at(int index) {
      return switch (bits) {
        case 8 -> data.get(index);
        case 16 -> data.getShort(index * Short.BYTES);
        case 32 -> data.getInt(index * Integer.BYTES);
        default -> data.getLong(index * Long.BYTES);
      };
    }
  }

  record Floats(ByteBuffer validity, ByteBuffer data, short precision) implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index) ? NODES.nullNode() : NODES.numberNode(at(index));
    }

    private double at(int index) {
      return switch (precision) {
        case Precision.HALF -> Float.float16ToFloat(data.getShort(index * Short.BYTES));
        case Precision.SINGLE -> data.getFloat(index * Float.BYTES);
        default -> data.getDouble(index * Double.BYTES);
      };
    }
  }

  /// Where each value begins and ends in the values below; one more than there are values.
  record Offsets(ByteBuffer data, boolean wide) {
    int at(int index) {
      return wide
          ? Math.toIntExact(data.getLong(index * Long.BYTES))
          : data.getInt(index * Integer.BYTES);
    }
  }

  record Texts(String path, ByteBuffer validity, Offsets offsets, ByteBuffer bytes)
      implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index)
          ? NODES.nullNode()
          : text(path, bytes, offsets.at(index), offsets.at(index + 1));
    }

    @Override
    public int textBytes(int index) {
      return offsets.at(index + 1) - offsets.at(index);
    }
  }

  /// Texts as views: up to 12 bytes stand in the view itself, longer ones in one of the buffers.
  record Views(String path, ByteBuffer validity, ByteBuffer views, List<ByteBuffer> data)
      implements ArrowVector {
    private static final int VIEW_BYTES = 16;
    private static final int INLINE_BYTES = 12;

    @Override
    public JsonNode value(int index) {
      if (isNull(validity, index)) {
        return NODES.nullNode();
      }
      int view = index * VIEW_BYTES;
      int length = views.getInt(view);
      if (length <= INLINE_BYTES) {
        return text(path, views, view + 4, view + 4 + length);
      }
      int from = views.getInt(view + 12);
      return text(path, data.get(views.getInt(view + 8)), from, from + length);
    }

    @Override
    public int textBytes(int index) {
      return views.getInt(index * VIEW_BYTES);
    }
  }

  /// @param itemRows how many items there are in all
  record Lists(ByteBuffer validity, Offsets offsets, ArrowVector items, long itemRows)
      implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index)
          ? NODES.nullNode()
          : list(items, itemRows, offsets.at(index), offsets.at(index + 1));
    }

    @Override
    public int textBytes(int index) {
      int bytes = 0;
      Objects.checkFromToIndex(offsets.at(index), offsets.at(index + 1), itemRows);
      for (int item = offsets.at(index); item < offsets.at(index + 1); item++) {
        bytes += items.textBytes(item);
      }
      return bytes;
    }
  }

  record FixedLists(ByteBuffer validity, int size, ArrowVector items, long itemRows)
      implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index)
          ? NODES.nullNode()
          : list(items, itemRows, index * size, (index + 1) * size);
    }
  }

  record Structs(ByteBuffer validity, List<String> names, List<ArrowVector> children)
      implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      if (isNull(validity, index)) {
        return NODES.nullNode();
      }
      ObjectNode struct = NODES.objectNode();
      for (int i = 0; i < names.size(); i++) {
        struct.set(names.get(i), children.get(i).value(index));
      }
      return struct;
    }

    @Override
    public int textBytes(int index) {
      return children.stream().mapToInt(each -> each.textBytes(index)).sum();
    }
  }

  /// Values by their number in a dictionary.
  record Indexed(ByteBuffer validity, Ints indices, ArrowVector values) implements ArrowVector {
    @Override
    public JsonNode value(int index) {
      return isNull(validity, index)
          ? NODES.nullNode()
          : values.value(Math.toIntExact(indices.at(index)));
    }
  }

  private static JsonNode list(ArrowVector items, long itemRows, int from, int to) {
    Objects.checkFromToIndex(from, to, itemRows);
    ArrayNode list = NODES.arrayNode(to - from);
    for (int item = from; item < to; item++) {
      list.add(items.value(item));
    }
    return list;
  }

  private static JsonNode text(String path, ByteBuffer bytes, int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.capacity());
    byte[] text = new byte[to - from];
    bytes.get(from, text);
    StrictUtf8 utf8 = new StrictUtf8(text.length);
    int bad = utf8.decode(text, 0, text.length);
    if (bad >= 0) {
      throw new UnreadableValueException(
          path, "byte %d of the value (0x%02X) is not UTF-8".formatted(bad, text[bad]), "");
    }
    return NODES.stringNode(new String(utf8.chars(), 0, utf8.length()));
  }
}
