package io.kubetune.contract.template;

/// What one rendering may spend, so that a hostile template ends: steps bound its time, characters
/// its memory.
///
/// A thousand messages through the largest known templates take about a million steps.
final class Budget {
  private static final long MAX_STEPS = 20_000_000;
  private static final long MAX_CHARACTERS = 256_000_000;

  private long stepsLeft = MAX_STEPS;
  private long charactersLeft = MAX_CHARACTERS;

  /// Call before doing work in proportion to `steps`.
  void steps(long steps) {
    stepsLeft -= steps;
    if (steps < 0 || stepsLeft < 0) {
      throw TemplateException.of(
          TemplateException.Kind.LIMIT, "more than " + MAX_STEPS + " steps in one rendering");
    }
  }

  /// Call before making text of so many characters.
  void characters(long characters) {
    charactersLeft -= characters;
    if (characters < 0 || charactersLeft < 0) {
      throw TemplateException.of(
          TemplateException.Kind.LIMIT,
          "more than " + MAX_CHARACTERS + " characters made in one rendering");
    }
  }
}
