package io.kubetune.cli.data.format;

import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.LayerKind;
import dev.hardwood.schema.SchemaNode;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One column of a Parquet file, put together from its leaves.
///
/// The library gives each leaf a layer for every list and every optional group above it, outermost
/// first; a layer's items, nulls among them, are the next layer's index.
///
/// ```
/// column.into(row, 17); // sets row's member of the column's name
/// ```
final class ParquetColumn {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final SchemaNode schema;
  private final List<ParquetLeaf> leaves = new ArrayList<>();
  private int textBytes;

  ParquetColumn(SchemaNode schema, ColumnReaders readers) {
    this.schema = schema;
    for (int i = 0; i < readers.getColumnCount(); i++) {
      ColumnReader reader = readers.getColumnReader(i);
      if (reader.getColumnSchema().fieldPath().topLevelName().equals(schema.name())) {
        leaves.add(new ParquetLeaf(reader));
      }
    }
  }

  void nextBatch() {
    leaves.forEach(ParquetLeaf::nextBatch);
  }

  /// Sets the row's member; roughly the bytes of its text come back.
  int into(ObjectNode row, int index) {
    textBytes = 0;
    row.set(schema.name(), value(schema, 0, index));
    return textBytes;
  }

  private JsonNode value(SchemaNode node, int layer, int index) {
    return switch (node) {
      case SchemaNode.PrimitiveNode primitive -> {
        JsonNode value = leaf(primitive).value(index);
        textBytes += value.isString() ? value.stringValue().length() : Long.BYTES;
        yield value;
      }
      case SchemaNode.GroupNode group when group.isList() -> list(group, layer, index);
      case SchemaNode.GroupNode group when group.isStruct() -> struct(group, layer, index);
      case SchemaNode.GroupNode group ->
          throw new UnreadableValueException(
              group.name(), "a Parquet map", "write it as a struct, or the file as JSON Lines");
      default -> throw new IllegalStateException("no such node: " + node);
    };
  }

  private JsonNode list(SchemaNode.GroupNode group, int layer, int index) {
    ColumnReader layers = leaf(group).reader();
    if (layers.getLayerValidity(layer).isNull(index)) {
      return NODES.nullNode();
    }
    int[] offsets = layers.getLayerOffsets(layer);
    ArrayNode list = NODES.arrayNode(offsets[index + 1] - offsets[index]);
    for (int item = offsets[index]; item < offsets[index + 1]; item++) {
      list.add(value(group.getListElement(), layer + 1, item));
    }
    return list;
  }

  private JsonNode struct(SchemaNode.GroupNode group, int layer, int index) {
    ColumnReader layers = leaf(group).reader();
    int below = layer;
    // A group that can't be null has no layer.
    if (group.repetitionType() == dev.hardwood.metadata.RepetitionType.OPTIONAL) {
      if (layers.getLayerKind(layer) != LayerKind.STRUCT) {
        throw new IllegalStateException(group.name() + " has no layer of its own");
      }
      if (layers.getLayerValidity(layer).isNull(index)) {
        return NODES.nullNode();
      }
      below++;
    }
    ObjectNode struct = NODES.objectNode();
    for (SchemaNode child : group.children()) {
      struct.set(child.name(), value(child, below, index));
    }
    return struct;
  }

  /// The first leaf below a node: the layers above are the same for all of them.
  private ParquetLeaf leaf(SchemaNode node) {
    SchemaNode at = node;
    while (at instanceof SchemaNode.GroupNode group) {
      at = group.children().getFirst();
    }
    int columnIndex = ((SchemaNode.PrimitiveNode) at).columnIndex();
    for (ParquetLeaf leaf : leaves) {
      if (leaf.columnIndex() == columnIndex) {
        return leaf;
      }
    }
    throw new IllegalStateException(node.name() + " was not read");
  }
}
