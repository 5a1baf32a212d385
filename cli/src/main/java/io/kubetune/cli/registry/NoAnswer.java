package io.kubetune.cli.registry;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// Why a server did not answer, in words: Java's own are often empty, the name of a class, or the
/// end of a long chain.
///
/// ```
/// NoAnswer.words(new ConnectException()) // nothing answers at that address and port
/// ```
public final class NoAnswer {
  /// What the JDK says of a connection that was good before.
  private static final Pattern BROKE_OFF =
      Pattern.compile(
          "closed|Connection reset.*|Broken pipe|.*header parser received no bytes.*"
              + "|.*fixed content-length: .*|EOF reached while reading|Stream \\d+ cancelled");

  private static final Set<Class<? extends Exception>> BREAKS =
      Set.of(EOFException.class, ClosedChannelException.class);

  private NoAnswer() {}

  public static String words(Throwable failure) {
    List<Throwable> causes = causes(failure);
    if (has(causes, UnresolvedAddressException.class) || has(causes, UnknownHostException.class)) {
      return "no such host";
    }
    if (isUntrusted(failure)) {
      return untrusted(causes);
    }
    if (has(causes, HttpConnectTimeoutException.class)) {
      return "no connection in time";
    }
    if (has(causes, HttpTimeoutException.class)) {
      return "no answer in time";
    }
    if (has(causes, ConnectException.class)) {
      return "nothing answers at that address and port";
    }
    String said = said(failure);
    boolean broke =
        BROKE_OFF.matcher(said).matches()
            || BREAKS.stream().anyMatch(kind -> failure.getClass().equals(kind));
    return broke ? "the connection broke off" : said;
  }

  /// Its certificate is not one that this machine trusts, or is another server's.
  public static boolean isUntrusted(Throwable failure) {
    List<Throwable> causes = causes(failure);
    return has(causes, CertificateException.class) || has(causes, CertPathBuilderException.class);
  }

  /// What to do about a certificate, where one is the reason.
  ///
  /// @param authority the option that names an authority
  public static Optional<String> remedyOfCertificate(Throwable failure, String authority) {
    if (!isUntrusted(failure)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (Flaw.of(causes(failure))) {
          case OTHER_NAME -> "check the address: it must be a name that the certificate has";
          case OUT_OF_DATE -> "its operator must renew it; is this machine's clock right?";
          case OTHER -> "where its authority is your own, name that: " + authority;
        });
  }

  /// Trying again can't help: name, certificate or protocol are wrong.
  static boolean isFinal(Throwable failure) {
    return has(causes(failure), UnresolvedAddressException.class)
        || isUntrusted(failure)
        || failure instanceof SSLException;
  }

  static boolean isOfTls(Throwable failure) {
    return has(causes(failure), SSLException.class);
  }

  private enum Flaw {
    OTHER_NAME,
    OUT_OF_DATE,
    OTHER;

    static Flaw of(List<Throwable> causes) {
      String words = said(causes.getLast());
      if (words.startsWith("No subject alternative") || words.startsWith("No name matching")) {
        return OTHER_NAME;
      }
      return words.startsWith("NotAfter") || words.startsWith("NotBefore") ? OUT_OF_DATE : OTHER;
    }
  }

  private static String untrusted(List<Throwable> causes) {
    String words = said(causes.getLast());
    return switch (Flaw.of(causes)) {
      case OTHER_NAME -> "its certificate is another server's: " + words;
      case OUT_OF_DATE -> "its certificate is out of date: " + words;
      case OTHER -> "its certificate is not trusted: " + words;
    };
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable each = failure; each != null && !causes.contains(each); ) {
      causes.add(each);
      each = each.getCause();
    }
    return causes;
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> kind) {
    return causes.stream().anyMatch(kind::isInstance);
  }

  private static String said(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }
}
