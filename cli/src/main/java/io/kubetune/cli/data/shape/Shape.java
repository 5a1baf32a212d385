package io.kubetune.cli.data.shape;

/// The three shapes that canonical rows have; all rows of a dataset have the same one.
///
/// ```
/// Shape.PROMPT_COMPLETION.title(); // "prompt_completion", as manifest.json has it
/// ```
public enum Shape {
  MESSAGES("messages"),
  PROMPT_COMPLETION("prompt_completion"),
  TEXT("text");

  private final String title;

  Shape(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }
}
