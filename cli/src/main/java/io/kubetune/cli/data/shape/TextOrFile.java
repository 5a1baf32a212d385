package io.kubetune.cli.data.shape;

import io.kubetune.contract.Problem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A text that a user gave as it stands, or as the file that it is in.
///
/// It is read once, where it was typed: what is sent on (to a pod, to the trainer) is the text.
///
/// ```
/// TextOrFile.read("--template", "prompt.txt", folder, FIELD, "{column} fields", problems)
/// ```
///
/// @param place where a problem of the text is: the file, or the flag or line that gave it
/// @param fromFile whether lines of the text are lines of the place
public record TextOrFile(String place, String text, boolean fromFile) {
  /// Far more than a template has, and little enough for an argument of a container.
  private static final long MOST_BYTES = 48 << 10;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /// @param folder that a relative path starts from
  /// @param mark what each such text has somewhere: anything without it is a file's name
  /// @param called the mark in words
  /// @return empty where a problem was added
  public static Optional<TextOrFile> read(
      String place,
      String given,
      Path folder,
      Pattern mark,
      String called,
      List<Problem> problems) {
    if (mark.matcher(given).find()) {
      return checked(new TextOrFile(place, given, false), problems);
    }
    String neither = "neither a text with " + called + " nor a file that can be read";
    if (given.isBlank()) {
      problems.add(new Problem(place, neither, "write the text, or name its file"));
      return Optional.empty();
    }
    try {
      Path file = folder.resolve(given);
      if (Files.size(file) > MOST_BYTES) {
        problems.add(tooLong(given, Files.size(file)));
        return Optional.empty();
      }
      String text = Files.readString(file);
      String plain = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
      if (!mark.matcher(plain).find()) {
        problems.add(
            new Problem(
                given, "a file without " + called, "is it the file that " + place + " means?"));
        return Optional.empty();
      }
      return checked(new TextOrFile(given, plain, true), problems);
    } catch (NoSuchFileException | InvalidPathException e) {
      problems.add(new Problem(place, "'" + given + "' is " + neither, "check the path"));
    } catch (CharacterCodingException e) {
      problems.add(new Problem(given, "not UTF-8 text", "save it as UTF-8"));
    } catch (IOException e) {
      problems.add(new Problem(given, "can't be read: " + e, "name a file that you may read"));
    }
    return Optional.empty();
  }

  private static Optional<TextOrFile> checked(TextOrFile text, List<Problem> problems) {
    long bytes = text.text().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      problems.add(tooLong(text.place(), bytes));
      return Optional.empty();
    }
    if (text.text().indexOf('\0') >= 0) {
      problems.add(new Problem(text.place(), "has a NUL character", "take it out"));
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private static Problem tooLong(String place, long bytes) {
    return new Problem(
        place, bytes + " bytes, more than " + MOST_BYTES, "is it a template, and not rows?");
  }

  /// Where a line of the text is.
  public String line(int line) {
    return fromFile && line > 0 ? place + ":" + line : place;
  }
}
