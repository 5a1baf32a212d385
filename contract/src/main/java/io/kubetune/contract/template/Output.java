package io.kubetune.contract.template;

/// The text that a rendering, macro or block has written so far.
final class Output {
  private final StringBuilder text = new StringBuilder();
  private final Budget budget;

  Output(Budget budget) {
    this.budget = budget;
  }

  void write(String more) {
    budget.characters(more.length());
    text.append(more);
  }

  int codePoints() {
    budget.steps(text.length() / 16);
    return text.codePointCount(0, text.length());
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
