package io.kubetune.contract.config;

import java.util.List;
import java.util.Optional;

/// One key of `training_config.yaml` as `training-config-keys.yaml` describes it.
///
/// ```
/// Key rank = KeyTable.standard().find("LoraConfig", "r").orElseThrow();
/// rank.doc(); // "Rank of the adapter: A is [r, in], B is [out, r]."
/// ```
///
/// @param defaultValue a plain value (see [PlainYaml]); empty where leaving the key out means "no
///   value"
/// @param neutral plain values that a refused key may have; `Optional.empty()` stands for null
/// @param aliases further accepted spellings
/// @param mistaken what people write for it elsewhere: named in the error, never accepted
/// @param secret the value must not be printed
public record Key(
    String section,
    String name,
    Type type,
    Optional<Object> defaultValue,
    boolean nullable,
    Optional<Range> range,
    List<String> choices,
    List<String> aliases,
    List<String> mistaken,
    Standing standing,
    List<Optional<Object>> neutral,
    String why,
    String doc,
    boolean secret) {

  /// What the trainer does with a key: `training-config-keys.yaml` says it in full.
  public enum Standing {
    OBEYED,
    WARNED,
    REFUSED
  }

  /// What a value looks like. The name is the table's, with `_` for a space.
  public enum Type {
    STRING("a text"),
    BOOL("true or false"),
    INT("a whole number"),
    LONG("a whole number"),
    NUMBER("a number"),
    NUMBER_TYPE("auto, bfloat16, float16 or float32"),
    STRINGS("a text or a list of texts"),
    INTS("a whole number or a list of them"),
    INTS_BY_NAME("names with a whole number each"),
    NUMBERS_BY_NAME("names with a number each"),
    ANY("anything");

    private final String expectation;

    Type(String expectation) {
      this.expectation = expectation;
    }

    /// What an error message says was expected.
    public String expectation() {
      return expectation;
    }
  }

  /// `Section.name`.
  public String path() {
    return section + "." + name;
  }

  boolean isCalled(String spelling) {
    return name.equals(spelling) || aliases.contains(spelling);
  }
}
