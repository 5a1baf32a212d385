package io.kubetune.cli.request;

import java.util.List;
import java.util.Optional;

/// What is known of a request while it is read: enough to say which of a command's other options
/// have no effect on it.
///
/// ```
/// reader.checking(request -> request.runtime() == RuntimeKind.LOCAL ? unused() : List.of())
/// ```
///
/// @param name empty where there is none that could be read
/// @param inputs model and rows, as far as they could be read
public record RequestSoFar(
    String name, RuntimeKind runtime, List<Location> inputs, Optional<Output> output) {}
