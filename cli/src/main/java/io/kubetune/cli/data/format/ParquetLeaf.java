package io.kubetune.cli.data.format;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.Validity;
import dev.hardwood.schema.ColumnSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The values of one leaf in the current batch.
///
/// ```
/// leaf.nextBatch();
/// JsonNode value = leaf.value(17);
/// ```
final class ParquetLeaf {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// One batch's values; which array there is depends on the leaf's type.
  private sealed interface Values {
    record Texts(byte[] bytes, int[] offsets) implements Values {}

    record Ints(int[] values) implements Values {}

    record Longs(long[] values) implements Values {}

    record Floats(float[] values) implements Values {}

    record Doubles(double[] values) implements Values {}

    record Booleans(boolean[] values) implements Values {}

    record None(String type) implements Values {}
  }

  private final ColumnReader reader;
  private final ColumnSchema schema;
  private final StrictUtf8 utf8 = new StrictUtf8();
  private Values values = new Values.None("");
  private Validity validity = Validity.NO_NULLS;

  ParquetLeaf(ColumnReader reader) {
    this.reader = reader;
    this.schema = reader.getColumnSchema();
  }

  ColumnReader reader() {
    return reader;
  }

  int columnIndex() {
    return schema.columnIndex();
  }

  void nextBatch() {
    values = read();
    validity = reader.getLeafValidity();
  }

  JsonNode value(int index) {
    if (validity.isNull(index)) {
      return NODES.nullNode();
    }
    return switch (values) {
      case Values.Texts texts -> text(texts, index);
      case Values.Ints ints -> NODES.numberNode((long) ints.values[index]);
      case Values.Longs longs -> NODES.numberNode(longs.values[index]);
      case Values.Floats floats -> NODES.numberNode((double) floats.values[index]);
      case Values.Doubles doubles -> NODES.numberNode(doubles.values[index]);
      case Values.Booleans booleans -> NODES.booleanNode(booleans.values[index]);
      case Values.None none ->
          throw new UnreadableValueException(
              path(), "is of Parquet's type " + none.type + ", which is no text", "");
    };
  }

  private JsonNode text(Values.Texts texts, int index) {
    int from = texts.offsets[index];
    int bad = utf8.decode(texts.bytes, from, texts.offsets[index + 1]);
    if (bad >= 0) {
      throw new UnreadableValueException(
          path(),
          "byte %d of the value (0x%02X) is not UTF-8".formatted(bad - from, texts.bytes[bad]),
          "");
    }
    return NODES.stringNode(new String(utf8.chars(), 0, utf8.length()));
  }

  private Values read() {
    return switch (schema.type()) {
      case BYTE_ARRAY -> new Values.Texts(reader.getBinaryValues(), reader.getBinaryOffsets());
      case INT32 -> isPlainNumber() ? new Values.Ints(reader.getInts()) : none();
      case INT64 -> isPlainNumber() ? new Values.Longs(reader.getLongs()) : none();
      case FLOAT -> new Values.Floats(reader.getFloats());
      case DOUBLE -> new Values.Doubles(reader.getDoubles());
      case BOOLEAN -> new Values.Booleans(reader.getBooleans());
      case INT96, FIXED_LEN_BYTE_ARRAY -> none();
    };
  }

  /// Dates, times and decimals are stored as numbers too, and mean something else.
  private boolean isPlainNumber() {
    return schema.logicalType() == null || schema.logicalType() instanceof LogicalType.IntType;
  }

  private Values none() {
    Object type = schema.logicalType() == null ? schema.type() : schema.logicalType();
    return new Values.None(type.toString());
  }

  private String path() {
    return String.join(".", schema.fieldPath().elements());
  }
}
