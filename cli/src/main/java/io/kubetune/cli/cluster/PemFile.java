package io.kubetune.cli.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Certificates and keys as kubeconfigs have them: PEM, of any kind that clusters hand out (k3s
/// makes keys on elliptic curves, kubeadm RSA).
///
/// ```
/// new PemFile(text).certificates()
/// new PemFile(text).key() // BEGIN PRIVATE KEY, BEGIN RSA PRIVATE KEY, BEGIN EC PRIVATE KEY
/// ```
record PemFile(String text) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;

  /// Of a curve in an EC key (RFC 5915): `[0]`.
  private static final int PARAMETERS = 0xa0;

  private static final byte[] VERSION_0 = {2, 1, 0};

  /// rsaEncryption (1.2.840.113549.1.1.1) with its NULL.
  private static final byte[] RSA = {
    6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /// id-ecPublicKey (1.2.840.10045.2.1).
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  static PemFile of(byte[] bytes) {
    return new PemFile(new String(bytes, StandardCharsets.UTF_8));
  }

  List<X509Certificate> certificates() throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> found =
        blocks().stream()
            .filter(block -> block.group(1).equals("CERTIFICATE"))
            .map(PemFile::bytes)
            .map(der -> certificate(factory, der))
            .toList();
    if (found.isEmpty()) {
      throw new GeneralSecurityException("there is no certificate in it");
    }
    return found;
  }

  private static X509Certificate certificate(CertificateFactory factory, byte[] der) {
    try {
      return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a certificate in it is damaged", e);
    }
  }

  PrivateKey key() throws GeneralSecurityException {
    for (MatchResult block : blocks()) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return pkcs8(bytes(block), "RSA", "EC", "Ed25519");
        }
        case "RSA PRIVATE KEY" -> {
          return pkcs8(wrapped(RSA, bytes(block)), "RSA");
        }
        case "EC PRIVATE KEY" -> {
          byte[] key = bytes(block);
          return pkcs8(wrapped(joined(EC, curve(key)), key), "EC");
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new GeneralSecurityException(
                "the key is encrypted, which kubectl can't use either");
        default -> {
          // Certificates and parameters may stand beside it.
        }
      }
    }
    throw new GeneralSecurityException("there is no private key in it");
  }

  private List<MatchResult> blocks() {
    return BLOCK.matcher(text).results().toList();
  }

  private static byte[] bytes(MatchResult block) {
    return Base64.getMimeDecoder().decode(block.group(2));
  }

  private static PrivateKey pkcs8(byte[] der, String... kinds) throws GeneralSecurityException {
    for (String kind : kinds) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // Of another kind.
      }
    }
    // Not the cause: it might quote the key.
    throw new GeneralSecurityException("the key is damaged or of an unknown kind");
  }

  /// The older forms are the octets of a PKCS #8 key (RFC 5208).
  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return der(SEQUENCE, joined(VERSION_0, der(SEQUENCE, algorithm), der(OCTETS, key)));
  }

  /// The curve's name in an EC key: SEQUENCE { INTEGER 1, OCTET STRING, [0] { OID }, … }.
  private static byte[] curve(byte[] key) throws GeneralSecurityException {
    try {
      int at = content(key, 0);
      at = content(key, at) + length(key, at); // past the version
      at = content(key, at) + length(key, at); // past the number itself
      if ((key[at] & 0xff) == PARAMETERS) {
        int from = content(key, at);
        return Arrays.copyOfRange(key, from, from + length(key, at));
      }
    } catch (ArrayIndexOutOfBoundsException e) {
      // Damaged.
    }
    throw new GeneralSecurityException("the key does not name its curve");
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | der[at + 2 + i] & 0xff;
    }
    return length;
  }

  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static byte[] der(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return joined(head, content);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /// Never the key.
  @Override
  public String toString() {
    return "PemFile";
  }
}
