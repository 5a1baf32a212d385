package io.kubetune.cli.registry;

import java.security.MessageDigest;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.word.PointerBase;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/// SHA-256 of OpenSSL's libcrypto, of which `scripts/build-native` links some 20 kB into the native
/// binary: it takes the instructions that the CPU has. The JDK's own does that on a JVM alone; in a
/// binary that runs on every CPU it is plain code, at a sixth of the speed or less.
///
/// ```
/// MessageDigest sum = LinkedSha256.LINKED ? new LinkedSha256() : jdk();
/// ```
final class LinkedSha256 extends MessageDigest implements Cloneable {
  /// Decided while the binary is built (the class is initialized then); false on a JVM.
  static final boolean LINKED =
      "buildtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))
          && "linked".equals(System.getProperty("kubetune.libcrypto"));

  /// `sizeof(SHA256_CTX)`, part of the ABI of OpenSSL 1.1 and 3.
  private static final int CONTEXT_BYTES = 112;

  private static final int SUM_BYTES = 32;

  /// Plain bytes, which a copy of this object copies.
  private byte[] context = new byte[CONTEXT_BYTES];

  LinkedSha256() {
    super("SHA-256");
    engineReset();
  }

  // Without a transition the garbage collector waits until they return: some microseconds.

  @CFunction(value = "SHA256_Init", transition = Transition.NO_TRANSITION)
  private static native int init(PointerBase context);

  @CFunction(value = "SHA256_Update", transition = Transition.NO_TRANSITION)
  private static native int update(PointerBase context, PointerBase bytes, UnsignedWord count);

  @CFunction(value = "SHA256_Final", transition = Transition.NO_TRANSITION)
  private static native int end(PointerBase sum, PointerBase context);

  @Override
  protected void engineReset() {
    try (PinnedObject pinned = PinnedObject.create(context)) {
      init(pinned.addressOfArrayElement(0));
    }
  }

  @Override
  protected void engineUpdate(byte value) {
    engineUpdate(new byte[] {value}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] bytes, int offset, int count) {
    if (count == 0) {
      return; // There may be no element at the offset to point to.
    }
    try (PinnedObject pinned = PinnedObject.create(context);
        PinnedObject input = PinnedObject.create(bytes)) {
      update(
          pinned.addressOfArrayElement(0),
          input.addressOfArrayElement(offset),
          WordFactory.unsigned(count));
    }
  }

  @Override
  protected byte[] engineDigest() {
    byte[] sum = new byte[SUM_BYTES];
    try (PinnedObject pinned = PinnedObject.create(context);
        PinnedObject output = PinnedObject.create(sum)) {
      end(output.addressOfArrayElement(0), pinned.addressOfArrayElement(0));
    }
    engineReset();
    return sum;
  }

  @Override
  protected int engineGetDigestLength() {
    return SUM_BYTES;
  }

  @Override
  public Object clone() throws CloneNotSupportedException {
    LinkedSha256 copy = (LinkedSha256) super.clone();
    copy.context = context.clone();
    return copy;
  }
}
