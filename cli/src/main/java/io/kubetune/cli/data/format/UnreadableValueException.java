package io.kubetune.cli.data.format;

/// A value of a column that can't become JSON: bytes that are no UTF-8, or a type that has no JSON.
final class UnreadableValueException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String remedy;

  UnreadableValueException(String field, String found, String remedy) {
    super(found);
    this.field = field;
    this.remedy = remedy;
  }

  String field() {
    return field;
  }

  String remedy() {
    return remedy;
  }
}
