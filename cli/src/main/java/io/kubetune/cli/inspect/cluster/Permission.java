package io.kubetune.cli.inspect.cluster;

/// Something that a user may or may not do in the run's namespace.
///
/// ```
/// new Permission("create", "batch", "jobs", "", true)
/// ```
///
/// @param group empty: the core group
/// @param subresource empty, or `log`
public record Permission(
    String verb, String group, String resource, String subresource, boolean allowed) {

  /// As kubectl names it: `jobs.batch`, `pods/log`.
  public String target() {
    return resource
        + (group.isEmpty() ? "" : "." + group)
        + (subresource.isEmpty() ? "" : "/" + subresource);
  }
}
