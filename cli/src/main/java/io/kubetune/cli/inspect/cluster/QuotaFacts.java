package io.kubetune.cli.inspect.cluster;

import java.math.BigDecimal;
import java.util.Map;

/// What a ResourceQuota of the run's namespace leaves.
///
/// ```
/// quota.left().get("requests.memory")
/// ```
///
/// @param left hard less used, by the quota's own names: `requests.cpu`, `limits.memory`, `pods`
public record QuotaFacts(String name, Map<String, BigDecimal> left) {}
