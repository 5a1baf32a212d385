package io.kubetune.contract.template;

import java.time.LocalDateTime;

/// What a rendering brings to filters and functions besides their arguments.
///
/// @param now the time that `strftime_now` tells
record Environment(Budget budget, LocalDateTime now) {}
