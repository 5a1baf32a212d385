package io.kubetune.cli.source;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.net.URI;
import java.util.Map;

/// The server that a source names: what it is told to let us in, and what its refusals mean.
///
/// ```
/// Origin open = new WebOrigin(Optional.empty());
/// ```
interface Origin {

  /// Sent to the host of the first address only, never along a redirect to another one.
  Map<String, String> headers(URI uri);

  /// What an answer that is no success means, and what to do.
  TuneException refused(Answer answer);

  /// A refusal by the status alone.
  static TuneException plainly(Answer answer, String body, String remedy) {
    String status = "the server answered " + answer.status();
    String found = body.isEmpty() ? status : status + ": " + body;
    return new TuneException(
        answer.status() == 404 || answer.status() == 410 ? ExitCode.NOT_FOUND : ExitCode.SOURCE,
        "can't download " + SourceReference.shown(answer.asked()),
        SourceReference.shown(answer.uri()),
        found,
        remedy);
  }
}
