package io.kubetune.cli;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// In the native binary no module has annotations.
///
/// Nobody asks for them, but a module can be asked like a class, and would look for them in its
/// `module-info.class`, which is not there, by a reader and writer of class files. On a JVM this
/// class is never loaded.
@TargetClass(className = "java.lang.Module")
final class ModuleWithoutAnnotations {
  @Substitute
  private Class<?> moduleInfoClass() {
    return Object.class;
  }
}
