package io.kubetune.cli.request;

/// One value that a user gave for a [Field], and where: a flag, or a line of a file.
///
/// ```
/// new Given(Field.LABEL, "team", "search", "tune.yaml:7 metadata.labels.team")
/// ```
///
/// @param key of a map's entry; empty for a field that is not a map
/// @param place as a [io.kubetune.contract.Problem] names it
public record Given(Field field, String key, String value, String place) {}
