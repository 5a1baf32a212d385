package io.kubetune.cli;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;

/// In the native binary Jackson knows no documents of XML and no values of SQL.
///
/// Nothing that we read or write has any, but their way in is wired, and would bring an XML parser
/// and an XSLT compiler: a tenth of the binary. On a JVM this class is never loaded.
@TargetClass(className = "tools.jackson.databind.ext.OptionalHandlerFactory")
final class JacksonWithoutXml {
  @Substitute
  ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type) {
    return null;
  }

  @Substitute
  ValueDeserializer<?> findDeserializer(DeserializationConfig config, JavaType type) {
    return null;
  }

  @Substitute
  boolean hasDeserializerFor(Class<?> valueType) {
    return false;
  }
}
