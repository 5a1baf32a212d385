package io.kubetune.cli.registry;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.registry.credentials.DockerConfigCredentialRetriever;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Finds who the user is for a registry, in the files and credential helpers that `docker login`
/// and `podman login` fill; Jib reads them.
///
/// ```
/// Optional<Credential> known = new RegistryCredentials(access, listener).of("ghcr.io");
/// ```
record RegistryCredentials(RegistryAccess access, TransferListener listener) {

  Optional<Credential> of(String host) {
    for (Path file : access.authFiles()) {
      if (!Files.exists(file)) {
        continue;
      }
      try {
        Optional<Credential> found =
            DockerConfigCredentialRetriever.create(host, file)
                .retrieve(event -> {
                  if (event.getLevel() == LogEvent.Level.WARN) {
                    listener.say(event.getMessage());
                  }
                });
        if (found.isPresent()) {
          return found;
        }
      } catch (IOException | RuntimeException e) {
        // The cause is left out: a JSON parser quotes what it read, and that is a password.
        throw new TuneException(
            ExitCode.REGISTRY,
            "can't log in to " + host,
            file.toString(),
            found(e),
            "write it again:\n  docker login " + host);
      }
    }
    return Optional.empty();
  }

  private static String found(Exception refused) {
    return switch (refused) {
      case FileSystemException unread -> Storage.reason(unread);
      case IOException _ -> "no JSON as docker login writes it";
      default -> "the registry's auth is no USER:PASSWORD in base64";
    };
  }
}
