package io.kubetune.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.DeserializerFactory;
import tools.jackson.databind.deser.jackson.JsonNodeDeserializer;
import tools.jackson.databind.ser.jackson.JacksonSerializableSerializer;

/// In the native binary Jackson reads and writes trees ([JsonNode]) and no objects of other types,
/// as all of our code does. On a JVM these classes are never loaded.
///
/// Otherwise the ways in which any class may be read by reflection would be there, and with them
/// every type of the JDK that Jackson knows: some thousand methods.
final class JacksonOfTrees {
  private JacksonOfTrees() {}

  static IllegalArgumentException noTree(JavaType type) {
    return new IllegalArgumentException(
        type + " is no tree: the native binary knows no other JSON");
  }

  /// What reads.
  @TargetClass(className = "tools.jackson.databind.deser.DeserializerCache")
  static final class Deserializers {
    @Substitute
    @SuppressWarnings("unchecked")
    ValueDeserializer<Object> findValueDeserializer(
        DeserializationContext context, DeserializerFactory factory, JavaType type) {
      if (type.isTypeOrSubTypeOf(JsonNode.class)) {
        return (ValueDeserializer<Object>)
            (ValueDeserializer<?>) JsonNodeDeserializer.getDeserializer(type.getRawClass());
      }
      throw noTree(type);
    }

    @Substitute
    KeyDeserializer findKeyDeserializer(
        DeserializationContext context, DeserializerFactory factory, JavaType type) {
      throw noTree(type);
    }
  }

  /// What writes.
  @TargetClass(className = "tools.jackson.databind.ser.BeanSerializerFactory")
  static final class Serializers {
    @Substitute
    @SuppressWarnings("unchecked")
    ValueSerializer<Object> createSerializer(
        SerializationContext context,
        JavaType type,
        BeanDescription.Supplier description,
        JsonFormat.Value format) {
      if (type.isTypeOrSubTypeOf(JacksonSerializable.class)) {
        return (ValueSerializer<Object>)
            (ValueSerializer<?>) JacksonSerializableSerializer.instance;
      }
      throw noTree(type);
    }
  }
}
